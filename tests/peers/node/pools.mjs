// The pools by name: each is opened with a number of workers and has run(data)
// and close(). A pool of threads says so: its workers cannot be killed.

import { fileURLToPath } from 'node:url';
import { GuidePool } from './guide.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

export const pools = {
  guide: async (size) => new GuidePool(path('child.mjs'), size),

  workerpool: async (size) => {
    const { default: workerpool } = await import('workerpool');
    const pool = workerpool.pool(path('workerpool.mjs'), {
      workerType: 'process', minWorkers: size, maxWorkers: size,
    });
    return { run: (data) => pool.exec('echo', [data]), close: () => pool.terminate(true) };
  },

  tinypool: async (size) => {
    const { default: Tinypool } = await import('tinypool');
    const pool = new Tinypool({
      filename: path('echo.mjs'), runtime: 'child_process', minThreads: size, maxThreads: size,
    });
    return { run: (data) => pool.run(data), close: () => pool.destroy() };
  },

  piscina: async (size) => {
    const { Piscina } = await import('piscina');
    const pool = new Piscina({ filename: path('echo.mjs'), minThreads: size, maxThreads: size });
    return { threads: true, run: (data) => pool.run(data), close: () => pool.destroy() };
  },
};
