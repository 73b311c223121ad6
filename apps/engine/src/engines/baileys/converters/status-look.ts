import { type StatusPart, statusFonts } from '@multiwa/contracts';

interface Look {
  backgroundArgb?: number;
  textArgb?: number;
  font?: number;
}

const OPAQUE = 0xff_00_00_00;

/** How a status looks, as WhatsApp writes it; nothing for what is no status. */
export function lookToProto(status: StatusPart | undefined): Look {
  const { backgroundColor, textColor, font } = status ?? {};
  return {
    ...(backgroundColor !== undefined && { backgroundArgb: argbOf(backgroundColor) }),
    ...(textColor !== undefined && { textArgb: argbOf(textColor) }),
    ...(font !== undefined && { font: statusFonts[font] }),
  };
}

/** An unsigned number: its highest byte says how opaque the colour is. */
function argbOf(color: string): number {
  return (OPAQUE | Number.parseInt(color.slice(1), 16)) >>> 0;
}
