/**
 * WhatsApp knows some numbers under digits that are not those dialled, as it registered them once:
 * - Brazil: mobile numbers have nine digits since 2016; accounts with an area code from 31 on mostly go by the old eight.
 * - Mexico: mobile numbers were dialled with a 1 after the country code until 2019; accounts mostly keep it.
 * - Argentina: mobile numbers have a 9 after the country code when called from abroad; some accounts go without.
 * Which form an account has is known only once WhatsApp has named it, so all of them are one number here.
 */
interface Exception {
  /** Both ways to write a number of the kind, told from all others by length and first digits. */
  pattern: RegExp;
  /** The digits as they are dialled today, of a match. */
  dialled(match: RegExpExecArray): string;
  /** Every form WhatsApp may use, the likeliest first. */
  forms(match: RegExpExecArray): [string, ...string[]];
}

/** The first area code whose accounts mostly go without the ninth digit. */
const FIRST_SHORT_AREA = 31;

const exceptions: readonly Exception[] = [
  {
    // Landlines begin with 2 to 5 and have no ninth digit.
    pattern: /^55([1-9]\d)9?([6-9]\d{7})$/,
    dialled: ([, area, rest]) => `55${area}9${rest}`,
    forms([, area = '', rest]) {
      const [long, short] = [`55${area}9${rest}`, `55${area}${rest}`] as const;
      return Number(area) < FIRST_SHORT_AREA ? [long, short] : [short, long];
    },
  },
  {
    pattern: /^521?([2-9]\d{9})$/,
    dialled: ([, rest]) => `52${rest}`,
    forms: ([, rest]) => [`521${rest}`, `52${rest}`],
  },
  {
    // Area and number have ten digits together; areas begin with 1, 2 or 3.
    pattern: /^549?([1-3]\d{9})$/,
    dialled: ([, rest]) => `549${rest}`,
    forms: ([, rest]) => [`549${rest}`, `54${rest}`],
  },
];

function exceptionOf(phone: string): { exception: Exception; match: RegExpExecArray } | undefined {
  for (const exception of exceptions) {
    const match = exception.pattern.exec(phone);
    if (match) return { exception, match };
  }
  return undefined;
}

/** The digits as people dial them today, by which the rules of a country are checked. */
export function dialledPhone(phone: string): string {
  const found = exceptionOf(phone);
  return found ? found.exception.dialled(found.match) : phone;
}

/** The digits under which WhatsApp most likely has the number. */
export function likelyPhone(phone: string): string {
  const found = exceptionOf(phone);
  return found ? found.exception.forms(found.match)[0] : phone;
}

/** All digits under which WhatsApp may have this number: the given ones first, and for most countries only those. */
export function phoneForms(phone: string): [string, ...string[]] {
  const found = exceptionOf(phone);
  const others = found ? found.exception.forms(found.match).filter((form) => form !== phone) : [];
  return [phone, ...others];
}
