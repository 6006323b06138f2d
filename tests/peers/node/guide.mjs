// The process pool that guides to Node's child processes teach: forked scripts,
// each with one task at a time, and a queue that is an array. It behaves as that
// one does, its faults included: a task whose worker dies is never settled.

import { fork } from 'node:child_process';

export class GuidePool {
  #script;
  #free = new Map(); // worker number -> { child, task or null }
  #waiting = [];
  #next = 0;

  constructor(script, size) {
    this.#script = script;
    for (let i = 0; i < size; i++) this.#grow();
  }

  run(data) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ data, resolve, reject });
      this.#assign();
    });
  }

  close() {
    const children = [...this.#free.values()].map((worker) => worker.child);
    this.#free.clear();
    for (const child of children) {
      child.removeAllListeners('exit');
      child.kill();
    }
  }

  #grow() {
    const number = this.#next++;
    const child = fork(this.#script);
    this.#free.set(number, { child, task: null });
    child.on('message', (message) => {
      if (message.type === 'result') this.#settle(number, null, message.data);
    });
    child.on('error', (error) => this.#settle(number, error));
    child.on('exit', (code) => {
      if (code === 0) return;
      this.#free.delete(number);
      this.#grow();
    });
  }

  #settle(number, error, result) {
    const worker = this.#free.get(number);
    if (!worker?.task) return;
    const { resolve, reject } = worker.task;
    worker.task = null;
    if (error) reject(error);
    else resolve(result);
    this.#assign();
  }

  #assign() {
    if (this.#waiting.length === 0) return;
    const idle = Array.from(this.#free.values()).find((worker) => worker.task === null);
    if (!idle) return;
    idle.task = this.#waiting.shift();
    idle.child.send({ type: 'task', data: idle.task.data });
  }
}
