import { flowLimits, type Match } from '@multiwa/contracts';
import { RE2JS, RE2JSException } from 're2js';

type Pattern = ReturnType<typeof RE2JS.compile>;
export type CompiledPattern = { ok: true; pattern: Pattern } | { ok: false; message: string };

// Patterns are few and used for every message; a flood of different ones must not fill the memory.
const maxCompiled = 500;
const compiled = new Map<string, CompiledPattern>();

/**
 * Compiles a regular expression in RE2's syntax. Back-references and look-around, which have no linear-time execution,
 * are refused, and so are patterns that are too large to be run on every message.
 */
export function compilePattern(value: string): CompiledPattern {
  const known = compiled.get(value);
  if (known) return known;
  if (compiled.size >= maxCompiled) compiled.clear();
  const result = compile(value);
  compiled.set(value, result);
  return result;
}

/** Whether a text matches. Only its first `flowLimits.matchedLength` characters are looked at. */
export function matches(text: string, match: Match): boolean {
  if (match.how === 'any') return true;
  const shown = text.slice(0, flowLimits.matchedLength).trim();
  if (match.how === 'regex') {
    const result = compilePattern(match.value);
    return result.ok && result.pattern.matcher(shown).find();
  }
  const [seen, wanted] = [shown, match.value.trim()].map((each) => comparable(each, match.caseSensitive));
  if (seen === undefined || wanted === undefined) return false;
  return match.how === 'exact' ? seen === wanted : seen.includes(wanted);
}

function compile(value: string): CompiledPattern {
  try {
    const pattern = RE2JS.compile(value);
    if (pattern.programSize() > flowLimits.patternSize) {
      return { ok: false, message: `compiles to more than ${flowLimits.patternSize} instructions: use smaller counts` };
    }
    return { ok: true, pattern };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { ok: false, message: error.message };
  }
}

/** Phones compose accented letters in different ways. */
function comparable(text: string, isCaseSensitive: boolean): string {
  const normal = text.normalize('NFC');
  return isCaseSensitive ? normal : normal.toLowerCase();
}
