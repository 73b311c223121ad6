import { afterAll, afterEach, beforeAll, expect, onTestFailed } from 'vitest';
import { type Product, type ProductOptions, startProduct } from '../../../packages/testkit/dist/index.js';

const START_TIMEOUT_MS = 120_000;

/**
 * One product for the tests of a file, started before and stopped after them. When a test fails the last log lines of every
 * service are printed; after each test the simulated network must have understood everything that it was asked.
 */
export function useProduct(options: ProductOptions = {}): () => Product {
  let product: Product | undefined;
  const current = () => {
    if (!product) throw new Error('the product is not started yet');
    return product;
  };
  beforeAll(async () => {
    product = await startProduct(options);
  }, START_TIMEOUT_MS);
  afterEach(async () => {
    if (product?.services.pid('sandbox') !== undefined) expect(await product.sandbox.unknown()).toEqual([]);
  });
  afterAll(async () => {
    await product?.stop();
  }, START_TIMEOUT_MS);
  return current;
}

/** Prints every service's last words when the present test fails. */
export function showLogsOnFailure(product: Product): void {
  onTestFailed(() => {
    for (const name of product.services.names()) {
      console.error(`--- ${name}\n${product.logs(name)}`);
    }
  });
}
