/** How large a run is. */
export interface Settings {
  profiles: number;
  /** Texts in all, half of them each way. */
  messages: number;
  /** Texts a second in all, so that the disturbance falls among them. */
  perSecond: number;
  /** Engine workers at the start. */
  workers: number;
  /** People that each profile writes with. */
  contacts: number;
  /** Of scenarios that run for a time and not for a number of texts. */
  minutes: number;
}

/** One chat between a linked profile and a virtual phone. */
export interface Chat {
  profileId: string;
  /** The profile's own number. */
  own: string;
  contact: string;
}

/** A linked profile by its id and its number. */
export interface Member {
  profileId: string;
  phone: string;
}
