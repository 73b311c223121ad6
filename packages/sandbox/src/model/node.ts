import type { BinaryNode } from '@whiskeysockets/baileys';

export type { BinaryNode };

/** First child with this tag. */
export function childOf(node: BinaryNode | undefined, tag: string): BinaryNode | undefined {
  return childrenOf(node).find((child) => child.tag === tag);
}

/** All child nodes, or only those with this tag. */
export function childrenOf(node: BinaryNode | undefined, tag?: string): BinaryNode[] {
  const content = node?.content;
  if (!Array.isArray(content)) return [];
  return tag === undefined ? content : content.filter((child) => child.tag === tag);
}

/** Content as bytes: the decoder gives a string for tokens, digits and JIDs, and a Buffer for anything else. */
export function bytesOf(node: BinaryNode | undefined): Buffer | undefined {
  const content = node?.content;
  if (typeof content === 'string') return Buffer.from(content);
  if (content instanceof Uint8Array) return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return undefined;
}

/** Content as text. */
export function textOf(node: BinaryNode | undefined): string | undefined {
  return bytesOf(node)?.toString('utf8');
}

/** Content as a big-endian unsigned integer. */
export function numberOf(node: BinaryNode | undefined): number | undefined {
  const bytes = bytesOf(node);
  if (!bytes || bytes.length === 0 || bytes.length > 6) return undefined;
  return bytes.readUIntBE(0, bytes.length);
}

/** An unsigned integer as big-endian bytes. */
export function bigEndian(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

/** Unix time in seconds, as stanzas carry it. */
export function stanzaTime(nowMs = Date.now()): string {
  return Math.floor(nowMs / 1000).toString();
}

/** A compact description of a node for traces and logs: attributes and shape, never content. */
export function shapeOf(node: BinaryNode): string {
  const attrs = Object.entries(node.attrs)
    .map(([name, value]) => ` ${name}=${value}`)
    .join('');
  const content = Array.isArray(node.content)
    ? `[${[...new Set(node.content.map((child) => child.tag))].join(' ')}]`
    : node.content === undefined
      ? ''
      : `(${node.content.length})`;
  return `<${node.tag}${attrs}>${content}`;
}
