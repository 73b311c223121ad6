/** What the operator needs to know once everything runs. */
export interface ReadyFacts {
  seconds: number;
  port: number;
  natsUrl: string;
  dataDir: string;
  /** Only when it was never shown before. */
  apiKey?: string;
  sandboxUrl?: string;
  /** Only when PostgreSQL's files are not in the data directory. */
  postgresDir?: string;
}

/** The block that a start ends with. */
export function readyBlock(facts: ReadyFacts): string {
  const url = `http://127.0.0.1:${facts.port}`;
  const lines: [string, string | undefined][] = [
    ['Console and API', `${url}  (API under /api/v1)`],
    ['OpenAPI', `${url}/docs`],
    ['NATS', withoutLogin(facts.natsUrl)],
    ['API key', facts.apiKey && `${facts.apiKey}  (shown only this once: keep it)`],
    ['Sandbox', facts.sandboxUrl],
    ['Data', facts.dataDir],
    ['PostgreSQL files', facts.postgresDir],
  ];
  const body = lines.flatMap(([label, value]) => (value ? [`  ${label.padEnd(18)}${value}`] : []));
  return ['', `MultiWA is ready (${facts.seconds.toFixed(1)} s).`, '', ...body, '', '  Ctrl-C stops it.', ''].join(
    '\n',
  );
}

/** Our services' login is no matter of people: subscribers get one each. */
function withoutLogin(text: string): string {
  return text.replace(/\/\/[^@/]*@/, '//');
}
