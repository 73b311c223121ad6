/** What arrived and its entry in the journal, which is to be committed with the state that decrypting changed. */
export interface Journaled {
  entryId: string;
  value: Uint8Array;
}
