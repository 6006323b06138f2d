// What the workers of the npm packages do.

export default function echo(payload) {
  return payload === 'pid' ? process.pid : payload;
}
