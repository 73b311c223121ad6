/** What the media hosts may do wrong. Durations are in milliseconds. */
export type MediaFaultAction =
  /** Sends the first bytes, then nothing, and keeps the connection. An upload is taken and not answered. */
  | { do: 'stall'; afterBytes?: number }
  /** Answers with this status: 404 and 410 say that the file is gone. */
  | { do: 'status'; status: number }
  /** Breaks the connection after so many bytes. */
  | { do: 'reset'; afterBytes?: number }
  /** Gives more bytes than the file has. */
  | { do: 'pad'; bytes: number }
  /** Gives fewer bytes than the file has, as if that were all. */
  | { do: 'cut'; bytes: number }
  /** Changes a byte in the middle. */
  | { do: 'corrupt' }
  /** Says that the file is of this type. */
  | { do: 'type'; contentType: string }
  | { do: 'delay'; delayMs: number };

export interface MediaFaultRule {
  direction: 'upload' | 'download';
  /** Only files of this kind: image, video, audio, document. */
  mediaType?: string;
  /** Only this file, by the SHA-256 of what is stored (encrypted), in hexadecimal. */
  sha256?: string;
  action: MediaFaultAction;
  /** How often it applies; without limit when absent. */
  times?: number;
}

export interface ActiveMediaFault extends MediaFaultRule {
  id: string;
  applied: number;
}

/** The rules that hold at the moment; the first that matches applies. */
export class MediaFaults {
  private readonly rules = new Map<string, ActiveMediaFault>();
  private lastId = 0;

  add(rule: MediaFaultRule): ActiveMediaFault {
    this.lastId += 1;
    const fault = { ...rule, id: `m${this.lastId}`, applied: 0 };
    this.rules.set(fault.id, fault);
    return fault;
  }

  list(): ActiveMediaFault[] {
    return [...this.rules.values()];
  }

  clear(): void {
    this.rules.clear();
  }

  take(direction: MediaFaultRule['direction'], mediaType: string, sha256: string): MediaFaultAction | undefined {
    for (const rule of this.rules.values()) {
      const isOver = rule.times !== undefined && rule.applied >= rule.times;
      const fits = (rule.mediaType ?? mediaType) === mediaType && (rule.sha256 ?? sha256) === sha256;
      if (isOver || !fits || rule.direction !== direction) continue;
      rule.applied += 1;
      return rule.action;
    }
    return undefined;
  }
}
