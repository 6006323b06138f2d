// A contestant in Node: node peer.mjs NAME, with a name from pools.mjs. What it
// is asked and what it answers is in the documentation of package turns.

import { createInterface } from 'node:readline';
import { pools } from './pools.mjs';

const payloadBytes = 100;
const warmUp = 100; // tasks for each worker
const again = 5; // milliseconds until one more task is sent to a pool that lost a worker
const hopeless = 5000; // milliseconds until it is given up

let pool;

function payloadOf(caller, n) {
  return `${caller}/${n}/`.padEnd(payloadBytes, '.');
}

async function ask(payload) {
  const reply = await pool.run(payload);
  if (reply !== payload) throw new Error(`sent ${payload}, got ${reply}`);
}

// drive lets callers submit tasks, each one after the other, as long as more()
// is true, and returns how many were answered.
async function drive(callers, more) {
  let tasks = 0;
  const call = async (caller) => {
    for (let n = 0; more(); n++) {
      await ask(payloadOf(caller, n));
      tasks++;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return tasks;
}

function during(seconds) {
  let over = false;
  setTimeout(() => { over = true; }, seconds * 1000);
  return () => !over;
}

const elapsed = (began) => (performance.now() - began) / 1000;

// firstAnswer sends tasks until one of them is answered.
function firstAnswer() {
  return new Promise((resolve, reject) => {
    let timer;
    let failed = 'no answer';
    const settle = (how, value) => {
      clearTimeout(timer);
      clearTimeout(end);
      how(value);
    };
    const end = setTimeout(() => settle(reject, new Error(`${failed} in ${hopeless} ms`)), hopeless);
    const attempt = () => {
      clearTimeout(timer);
      timer = setTimeout(attempt, again);
      ask(payloadOf(0, 0)).then(() => settle(resolve), (error) => {
        failed = error.message;
        setImmediate(attempt);
      });
    };
    attempt();
  });
}

const deeds = {
  async open({ workers }) {
    await pool?.close();
    pool = await pools[process.argv[2]](workers);
    let left = warmUp * workers;
    await drive(workers, () => left-- > 0);
    return {};
  },

  async load({ callers, seconds }) {
    const began = performance.now();
    const tasks = await drive(callers, during(seconds));
    return { tasks, seconds: elapsed(began) };
  },

  async latency({ seconds }) {
    const all = [];
    const more = during(seconds);
    for (let n = 0; more(); n++) {
      const began = performance.now();
      await ask(payloadOf(0, n));
      all.push((performance.now() - began) * 1000);
    }
    all.sort((a, b) => a - b);
    const percentile = (p) => all[Math.min(Math.floor((all.length * p) / 100), all.length - 1)];
    return { p50: percentile(50), p99: percentile(99) };
  },

  async batch() {
    throw new Error('has no batch call');
  },

  async recover() {
    if (pool.threads) throw new Error('its workers are threads');
    const pid = await pool.run('pid');
    const began = performance.now();
    process.kill(pid, 'SIGKILL');
    await firstAnswer();
    return { seconds: elapsed(began) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = await deeds[request.op](request).catch((error) => ({ error: error.message }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await pool?.close();
process.exit(0);
