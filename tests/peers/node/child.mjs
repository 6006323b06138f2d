// A worker of the pool in guide.mjs.

import echo from './echo.mjs';

process.on('message', ({ type, data }) => {
  if (type === 'task') process.send({ type: 'result', data: echo(data) });
});
