import { type LinkPreview, linkPreviewSchema } from '@multiwa/contracts';
import type { GuardedFetch, GuardedRequest } from '@multiwa/runtime';
import { LRUCache } from 'lru-cache';
import { limits } from '../limits.js';
import { readPage } from './page-meta.js';

/** The card of the page behind the first link of a text; undefined where there is none, or none in time. Never throws. */
export type PreviewLink = (text: string) => Promise<LinkPreview | undefined>;

interface Dependencies {
  fetch: GuardedFetch;
  /** Set by the operator: pages in the operator's own network may be read too. */
  allowPrivate: boolean;
}

const LINK = /https?:\/\/[^\s<>"'`]+/i;
const AFTER_LINK = /[.,;:!?)\]}]+$/;
const HTML = /^\s*(?:text\/html|application\/xhtml\+xml)/i;
const JPEG = /^\s*image\/jpe?g/i;

/**
 * Makes cards of links. What a page says is kept for a while, and that it said nothing too, so that a campaign with one link
 * asks once.
 */
export function makePreviewLink({ fetch, allowPrivate }: Dependencies): PreviewLink {
  const { previewWithinMs, previewTtlMs, previewCache } = limits;
  const known = new LRUCache<string, Promise<LinkPreview | undefined>>({ max: previewCache, ttl: previewTtlMs });

  const get = (url: string, maxResponseBytes: number, deadline: number) => {
    const timeoutMs = Math.max(1, deadline - Date.now());
    const request: GuardedRequest = { url, method: 'GET', headers, timeoutMs, maxResponseBytes, allowPrivate };
    return fetch(request);
  };

  async function make(url: string): Promise<LinkPreview | undefined> {
    const deadline = Date.now() + previewWithinMs;
    const page = await get(url, limits.previewPageBytes, deadline);
    if (page.status !== 200 || !HTML.test(String(page.headers['content-type']))) return undefined;
    const { title, description, image } = readPage(page.body.toString('utf8'));
    if (title === undefined) return undefined;
    const thumbnail = image === undefined ? undefined : await pictureOf(new URL(image, url).href, deadline);
    return linkPreviewSchema.safeParse({ url, title, description, thumbnail }).data;
  }

  /** Small JPEGs only: nothing here makes others smaller. A card does without. */
  async function pictureOf(url: string, deadline: number): Promise<string | undefined> {
    const picture = await get(url, limits.previewPictureBytes, deadline).catch(() => undefined);
    if (picture?.status !== 200 || picture.isTruncated) return undefined;
    return JPEG.test(String(picture.headers['content-type'])) ? picture.body.toString('base64') : undefined;
  }

  return async (text) => {
    const url = LINK.exec(text)?.[0].replace(AFTER_LINK, '');
    if (url === undefined) return undefined;
    const kept = known.get(url) ?? make(url).catch(() => undefined);
    known.set(url, kept);
    return kept;
  };
}

const headers = { accept: 'text/html,application/xhtml+xml,image/jpeg', 'user-agent': 'MultiWA link preview' };
