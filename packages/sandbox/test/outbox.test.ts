import { describe, expect, it } from 'vitest';
import { Outbox } from '../src/model/outbox.js';

const stanza = (id: string, tag = 'message', type?: string) => ({ tag, attrs: { id, ...(type ? { type } : {}) } });
const taken = (outbox: Outbox) => [...outbox.takeUnsent()].map(({ node }) => node.attrs.id);

describe('the queue of a device', () => {
  it('hands out in order, only what is durable, and each stanza once per connection', () => {
    const outbox = new Outbox('queue/1/1');
    const [one, two] = [outbox.add(stanza('one')), outbox.add(stanza('two'))];
    expect(taken(outbox)).toEqual([]);
    outbox.release(one.seq);
    expect(taken(outbox)).toEqual(['one']);
    outbox.rewind();
    outbox.release(two.seq);
    expect(taken(outbox)).toEqual(['one', 'two']);
    expect(taken(outbox)).toEqual([]);
  });

  it('forgets what was answered, a receipt by its type, and offers the rest to the next connection', () => {
    const outbox = new Outbox('queue/1/1');
    for (const node of [stanza('a'), stanza('b', 'receipt'), stanza('b', 'receipt', 'read'), stanza('c')]) {
      outbox.release(outbox.add(node).seq);
    }
    expect(taken(outbox)).toHaveLength(4);
    expect(outbox.settle({ tag: 'receipt', id: 'b', type: 'read', matchType: true })).toEqual([
      'queue/1/1/3',
      undefined,
    ]);
    expect(outbox.settle({ tag: 'receipt', id: 'b', type: 'read', matchType: true })).toBeUndefined();
    expect(outbox.settle({ tag: 'message', id: 'a', matchType: false })).toEqual(['queue/1/1/1', undefined]);
    outbox.rewind();
    expect([...outbox.takeUnsent()].map(({ seq }) => seq)).toEqual([2, 4]);
    expect(outbox.countByTag()).toEqual({ receipt: 1, message: 1 });
  });

  it('stays in order over thousands of stanzas and answers', () => {
    const outbox = new Outbox('queue/1/1');
    const seen: (string | undefined)[] = [];
    for (let index = 0; index < 5_000; index += 1) {
      outbox.release(outbox.add(stanza(`${index}`)).seq);
      if (index % 3 === 0) seen.push(...taken(outbox));
    }
    seen.push(...taken(outbox));
    expect(seen).toEqual(Array.from({ length: 5_000 }, (_, index) => `${index}`));
  });
});
