/** A call between two accounts; nobody keeps it over a restart. */
export interface Call {
  id: string;
  from: string;
  to: string;
  video: boolean;
  status: 'ringing' | 'rejected' | 'ended';
}
