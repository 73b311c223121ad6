import { type BinaryNode, childrenOf } from './node.js';

/** Something a client asked that the sandbox does not know. */
export interface UnknownRequest {
  shape: string;
  count: number;
  firstSeenMs: number;
  phone?: string;
}

/** The shapes of unknown requests, each kept and logged once. */
export class UnknownRequests {
  private readonly shapes = new Map<string, UnknownRequest>();

  constructor(private readonly log: (shape: string) => void) {}

  record(node: BinaryNode, phone: string | undefined): void {
    const { xmlns, type } = node.attrs;
    const children = childrenOf(node).map((child) => `<${child.tag} ${Object.keys(child.attrs).join(' ')}>`);
    const shape = `<${node.tag}${xmlns ? ` xmlns=${xmlns}` : ''}${type ? ` type=${type}` : ''}>${children.join('')}`;
    const known = this.shapes.get(shape);
    if (known) {
      known.count += 1;
      return;
    }
    this.shapes.set(shape, { shape, count: 1, firstSeenMs: Date.now(), phone });
    this.log(shape);
  }

  list(): UnknownRequest[] {
    return [...this.shapes.values()];
  }
}
