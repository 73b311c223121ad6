import { renderAsyncApi } from './render-asyncapi.js';
import { renderErrors } from './render-errors.js';
import { renderSubjects } from './render-subjects.js';

/** Every generated page, by its path from the root of the repository. */
export const pages: Readonly<Record<string, () => string>> = {
  'docs/asyncapi.json': renderAsyncApi,
  'docs/errors.md': renderErrors,
  'docs/subjects.md': renderSubjects,
};
