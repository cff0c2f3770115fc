// The classic shape of such a platform, as a reference: small HTTP services that keep everything in memory and call each
// other over HTTP. Nothing outlives it, nothing is undone after a crash: it is what durable jobs are measured against.
//
//   node node-platform.mjs ROLE PORT DISCOVERY_PORT STATE_PORT SERVICE_PORT
//
// ROLE is discovery, state, service or jobs; each is a process. Prints "ready".
import http from "node:http";
import { randomUUID } from "node:crypto";

const [role, port, discoveryPort, statePort, servicePort] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

function ask(method, port, path, body) {
    return new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const headers = text === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
        const request = http.request({ host: "127.0.0.1", port, method, path, headers, agent }, (answer) => {
            const parts = [];
            answer.on("data", (part) => parts.push(part));
            answer.on("end", () => {
                const whole = Buffer.concat(parts).toString();
                if (answer.statusCode >= 300) return reject(new Error(`${path} answered ${answer.statusCode}`));
                resolve(whole ? JSON.parse(whole) : null);
            });
        });
        request.on("error", reject);
        request.end(text);
    });
}

const documents = new Map();
const jobs = new Map();

async function runTask(task, stateID) {
    const found = await ask("GET", discoveryPort, `/find?tag=${encodeURIComponent(task.tag)}`);
    if (!found.length) throw new Error(`No service found for tag ${task.tag}`);
    const result = await ask("POST", servicePort, "/execute", { ...task.input, requestId: randomUUID() });
    const target = task.storeResultAt;
    if (!target) return;
    const value = target.sourcePath ? result[target.sourcePath.slice(1)] : result;
    await ask("PATCH", statePort, `/state/${stateID}`, { op: "add", path: target.targetPath, value });
}

async function runJob(document) {
    const id = randomUUID();
    const job = { id, status: "running", createdAt: new Date().toISOString() };
    jobs.set(id, job);
    const { stateURL } = await ask("POST", statePort, "/state", document.sharedState ?? {});
    const stateID = stateURL.split("/").pop();
    try {
        for (const step of document.steps) await Promise.all(step.tasks.map((task) => runTask(task, stateID)));
        job.status = "completed";
        return [200, { jobId: id, status: job.status }];
    } catch (error) {
        job.status = "failed";
        return [500, { jobId: id, error: { status: "error", error: error.message } }];
    }
}

const routes = {
    discovery: async () => [200, [{ serviceName: "service-b", serviceURL: `http://127.0.0.1:${servicePort}`, tags: ["timestamp"] }]],
    state: async (method, path, body) => {
        if (method === "POST") {
            const id = randomUUID();
            documents.set(id, body ?? {});
            return [201, { stateURL: `http://127.0.0.1:${port}/state/${id}` }];
        }
        const document = documents.get(path.split("/").pop());
        if (!document) return [404, { error: "no such document" }];
        document[body.path.slice(1)] = body.value;
        return [200, { status: "patched" }];
    },
    service: async () => [200, { timestamp: new Date().toISOString() }],
    jobs: async (method, path, body) => runJob(body),
};

http.createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", async () => {
        const text = Buffer.concat(parts).toString();
        const [status, body] = await routes[role](request.method, request.url, text ? JSON.parse(text) : null);
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
    });
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
