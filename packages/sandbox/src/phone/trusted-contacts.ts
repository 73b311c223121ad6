import type { Account } from '../model/account.js';
import type { Delivery, Network } from '../model/network.js';
import { trustNotification } from '../model/trust-token.js';

/** To which devices a phone has given its trusted-contact token since the sandbox started. */
export class TrustedContacts {
  private readonly issued = new Set<string>();

  constructor(
    private readonly network: Network,
    private readonly account: Account,
  ) {}

  /** Gives the token to the companions of somebody the phone is about to write to, each once. */
  async issue(recipient: Account): Promise<void> {
    if (recipient === this.account) return;
    const deliveries: Delivery[] = [];
    for (const device of recipient.companions.keys()) {
      const key = `${recipient.phone}/${device}`;
      if (this.issued.has(key)) continue;
      this.issued.add(key);
      const node = trustNotification(this.network.stanzaId(), this.account, recipient, device);
      deliveries.push({ account: recipient, device, node });
    }
    if (deliveries.length > 0) await this.network.commit([], deliveries);
  }
}
