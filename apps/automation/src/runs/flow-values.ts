import type { LockedRun } from '@multiwa/db';
import type { FlowValues } from '@multiwa/domain';
import { variablesOfRun } from './advance.js';

const nobody: FlowValues['contact'] = { name: null, pushName: null, phone: null, metadata: {} };

/** What the texts of a run's steps are filled with. */
export function flowValues(run: LockedRun): FlowValues {
  const { contact } = run;
  return {
    contact: contact ? { ...contact, metadata: (contact.metadata ?? {}) as Record<string, unknown> } : nobody,
    variables: variablesOfRun(run),
  };
}
