// `get.mjs URL COUNT CONCURRENCY`: fetches COUNT times with fetch, prints the seconds it took.
const [url, count, concurrency] = process.argv.slice(2);
let left = Number(count);
async function worker() {
  while (left > 0) {
    left--;
    const response = await fetch(url);
    const body = await response.text();
    if (response.status !== 200 || body.length !== 1024) throw new Error("wrong response");
  }
}
const start = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, worker));
console.log(((performance.now() - start) / 1000).toFixed(3));
