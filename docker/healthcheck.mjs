// healthcheck.mjs <port>: ends with 0 when the process that listens there in this container can do its work.
const answer = await fetch(`http://127.0.0.1:${process.argv[2]}/health/ready`, { signal: AbortSignal.timeout(2_500) });
process.exit(answer.ok ? 0 : 1);
