/** What a living worker carries, and may carry. */
export interface Load {
  id: string;
  /** Sessions at most. */
  capacity: number;
  /** Profiles that it owns, and those being handed over to it. */
  sessions: number;
  /** False: takes no more. */
  admitting: boolean;
  /** To be emptied. */
  leaving: boolean;
}

/** So many sessions of one worker are to go to another. */
export interface Transfer {
  from: string;
  to: string;
  count: number;
}

/** A difference up to this part of a share is left alone: moving a session costs it a reconnection. */
const TOLERATED_PART = 0.1;

/**
 * How many of the `wanted` profiles each worker should own: its part by capacity, in whole numbers that together cover
 * everything as far as capacity goes. One that takes no more keeps at most what it has; one that is leaving gets none.
 * The same for everybody who sees the same loads.
 */
export function fairShares(loads: readonly Load[], wanted: number): Map<string, number> {
  const shares = new Map(loads.map(({ id }) => [id, 0]));
  let open = loads.filter(({ leaving }) => !leaving).sort((a, b) => (a.id < b.id ? -1 : 1));
  let left = wanted;
  for (;;) {
    for (const [id, part] of divide(open, left)) shares.set(id, part);
    const full = open.filter((load) => isFull(load) && (shares.get(load.id) ?? 0) > load.sessions);
    if (full.length === 0) return shares;
    for (const { id, sessions } of full) {
      shares.set(id, sessions);
      left -= sessions;
    }
    open = open.filter((load) => !full.includes(load));
  }
}

/** Takes no more although it has room: short of memory. One that is full by count is bounded by its capacity. */
function isFull({ admitting, sessions, capacity }: Load): boolean {
  return !admitting && sessions < capacity;
}

/** Largest remainders first, so that the parts are whole and none is missing. */
function divide(loads: readonly Load[], wanted: number): [string, number][] {
  const total = loads.reduce((sum, { capacity }) => sum + capacity, 0);
  const given = Math.max(0, Math.min(wanted, total));
  const parts = loads.map(({ id, capacity }) => {
    const exact = total === 0 ? 0 : (given * capacity) / total;
    return { id, part: Math.floor(exact), remainder: exact - Math.floor(exact) };
  });
  let missing = given - parts.reduce((sum, { part }) => sum + part, 0);
  for (const each of [...parts].sort((a, b) => b.remainder - a.remainder)) {
    if (missing <= 0) break;
    each.part += 1;
    missing -= 1;
  }
  return parts.map(({ id, part }) => [id, part]);
}

/**
 * Who should hand over how many sessions to whom, so that everybody has a fair share. A worker that is leaving gives all
 * it can be relieved of. The others give only what is above their share, to workers below theirs, and only when somebody
 * is further from it than is tolerated: so carrying the plan out, wholly or in part, never makes a session come back.
 * `begun`: a plan is being carried out, which goes on to the last session, although little is missing by now.
 */
export function planTransfers(loads: readonly Load[], wanted: number, begun = false): Transfer[] {
  const shares = fairShares(loads, wanted);
  const shareOf = ({ id }: Load) => shares.get(id) ?? 0;
  const takers = loads
    .filter(({ leaving, admitting }) => !leaving && admitting)
    .map((load) => ({ id: load.id, room: shareOf(load) - load.sessions }))
    .filter(({ room }) => room > 0)
    .sort((a, b) => b.room - a.room || (a.id < b.id ? -1 : 1));
  const isUneven = loads.some((load) => {
    const share = shareOf(load);
    const tolerated = begun ? 0 : Math.max(1, Math.floor(share * TOLERATED_PART));
    if (load.leaving) return false;
    return load.sessions - share > tolerated || (load.admitting && load.sessions === 0 && share > 0);
  });
  const givers = loads
    .filter(({ leaving }) => leaving || isUneven)
    .map((load) => ({ id: load.id, leaving: load.leaving, surplus: load.sessions - shareOf(load) }))
    .filter(({ surplus }) => surplus > 0)
    .sort((a, b) => Number(b.leaving) - Number(a.leaving) || b.surplus - a.surplus || (a.id < b.id ? -1 : 1));
  const transfers: Transfer[] = [];
  for (const giver of givers) {
    for (const taker of takers) {
      const count = Math.min(giver.surplus, taker.room);
      if (count <= 0) continue;
      giver.surplus -= count;
      taker.room -= count;
      transfers.push({ from: giver.id, to: taker.id, count });
    }
  }
  return transfers;
}

/** The worker with the most room, but for one; undefined when nobody has any. */
export function mostRoom(loads: readonly Load[], except: string): string | undefined {
  const roomOf = ({ capacity, sessions }: Load) => capacity - sessions;
  return loads
    .filter((load) => load.id !== except && load.admitting && !load.leaving && roomOf(load) > 0)
    .sort((a, b) => roomOf(b) / b.capacity - roomOf(a) / a.capacity || (a.id < b.id ? -1 : 1))[0]?.id;
}
