import { generate } from 'selfsigned';

/** The key and certificate of the media hosts, in PEM. Clients are told to trust this certificate and no other. */
export interface Certificate {
  key: string;
  cert: string;
}

const YEARS = 10;
const DNS = 2;
const IP = 7;

/** Makes a certificate for loopback names only: whoever trusts it can be deceived by nobody else on the network. */
export async function makeCertificate(): Promise<Certificate> {
  const notAfterDate = new Date();
  notAfterDate.setFullYear(notAfterDate.getFullYear() + YEARS);
  const altNames = [
    { type: DNS, value: 'localhost' },
    { type: IP, ip: '127.0.0.1' },
    { type: IP, ip: '::1' },
  ] as const;
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'SANDBOX media' }], {
    keyType: 'ec',
    notAfterDate,
    extensions: [{ name: 'subjectAltName', altNames: [...altNames] }],
  });
  return { key, cert };
}
