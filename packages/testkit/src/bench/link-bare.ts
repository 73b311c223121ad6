import type { Product } from '../product/start-product.js';
import type { BareAnswer, BareRequest } from './bare-client.js';
import type { Child } from './child.js';

/** Links the bare client to a new virtual phone. @returns the phone's number */
export async function linkBare({ sandbox }: Product, bare: Child<BareRequest, BareAnswer>): Promise<string> {
  const { phone } = await sandbox.createPhone({ name: 'Bare' });
  const first = await bare.ask({ do: 'link', ...(await sandbox.network()) });
  if (!('qr' in first)) throw new Error('the bare client showed no QR code');
  const linked = bare.next();
  await sandbox.scan(phone, first.qr);
  if (!('linked' in (await linked))) throw new Error('the bare client was not linked');
  return phone;
}
