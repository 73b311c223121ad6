/** What people see of an account beside its name. */
export interface Face {
  about?: { text: string; setAtMs: number };
  picture?: { id: string; jpeg: Buffer };
  business?: Business;
}

/** What a business account says of itself. */
export interface Business {
  description: string;
  address?: string;
  email?: string;
  category?: string;
  website?: string;
}
