export const LIMITED_QUERIES = ['usync', 'keyFetch', 'groups'] as const;

/** Looking people up, fetching the keys of their devices, or asking and changing groups. */
export type LimitedQuery = (typeof LIMITED_QUERIES)[number];

/** A bucket that each account has for itself: a query takes one token. */
export interface RateLimit {
  capacity: number;
  refillPerSecond: number;
}

export type RateLimitSettings = Partial<Record<LimitedQuery, RateLimit>>;

/** The limits in force, and how many queries each account was refused. */
export interface RateLimitReport {
  limits: RateLimitSettings;
  refused: { query: LimitedQuery; phone: string; count: number }[];
}

/** Token buckets per account. The real network's figures are not known; without settings nothing is limited. */
export class RateLimits {
  private settings: RateLimitSettings = {};
  private readonly buckets = new Map<string, { tokens: number; atMs: number }>();
  private readonly refusals = new Map<string, RateLimitReport['refused'][number]>();

  /** `nowMs` is the clock by which buckets fill, in milliseconds. */
  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Puts these limits in force, with full buckets; what is not named is not limited. */
  set(settings: RateLimitSettings): void {
    this.settings = settings;
    this.buckets.clear();
    this.refusals.clear();
  }

  report(): RateLimitReport {
    return { limits: { ...this.settings }, refused: [...this.refusals.values()].map((one) => ({ ...one })) };
  }

  /** Takes a token; false when there is none, which is counted. */
  take(query: LimitedQuery, phone: string): boolean {
    const limit = this.settings[query];
    if (!limit) return true;
    const key = `${query}/${phone}`;
    const atMs = this.nowMs();
    const bucket = this.buckets.get(key) ?? { tokens: limit.capacity, atMs };
    const refilled = bucket.tokens + ((atMs - bucket.atMs) / 1000) * limit.refillPerSecond;
    const tokens = Math.min(limit.capacity, refilled);
    const granted = tokens >= 1;
    this.buckets.set(key, { tokens: granted ? tokens - 1 : tokens, atMs });
    if (!granted) this.refuse(key, query, phone);
    return granted;
  }

  private refuse(key: string, query: LimitedQuery, phone: string): void {
    const refusal = this.refusals.get(key) ?? { query, phone, count: 0 };
    refusal.count += 1;
    this.refusals.set(key, refusal);
  }
}
