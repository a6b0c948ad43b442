import { MongoClient } from 'mongodb';
import { createServer } from 'node:http'; import { once } from 'node:events';
import { startAnalytics } from './analytics.ts';
import { testPlatform, testSnapshot } from './fixture.ts';
import { outboxCollection, outboxEntry } from '@onenet/feed';
import { rmSync } from 'node:fs';
const uri=process.env.MONGODB_URI!; const client=await MongoClient.connect(uri);
rmSync('/tmp/an/p2',{recursive:true,force:true});
const codes=Array.from({length:17},(_,i)=>`42${String(i+1).padStart(2,'0')}00`);
const ps=await Promise.all(codes.map(c=>testPlatform(client,c,'anlive_'+c)));
const net=createServer((q,r)=>{ if(new URL(q.url!,'http://x').searchParams.get('after')==='1'){setTimeout(()=>r.writeHead(204).end(),2000);return;} r.setHeader('content-type','application/json'); r.end(JSON.stringify(testSnapshot(ps.map(p=>p.owner))));}); net.listen(0,'127.0.0.1'); await once(net,'listening');
const a=await startAnalytics({port:0,host:'127.0.0.1',dataDir:'/tmp/an/p2',mongodbUri:uri,database:'anlive_analytics',provinceUrl:`http://127.0.0.1:${(net.address() as any).port}`});
const lat:number[]=[]; const tot:number[]=[];
const stop=new AbortController();
const res=await fetch(a.url+'/live',{signal:stop.signal});
(async()=>{let t='';for await(const c of res.body!.pipeThrough(new TextDecoderStream())){t+=c;const parts=t.split('\n\n');t=parts.pop()!;for(const p of parts){const m=/^event: events\ndata: (.*)$/.exec(p);if(!m)continue;const d=JSON.parse(m[1]!);tot.push(Date.now());for(const e of d.events) lat.push(Date.now()-Date.parse(e.time));}}})().catch(()=>{});
const rate=Number(process.argv[2]??500);
const cpu=process.cpuUsage();
const end=Date.now()+12000; let n=0; const startT=Date.now();
while(Date.now()<end){ const due=Math.floor((Date.now()-startT)*rate/1000); const by=new Map<number,any[]>(); while(n<due){ const k=n%17; (by.get(k)??by.set(k,[]).get(k)!).push(outboxEntry({type:'onenet.article.liked',time:new Date(),data:{place:'420102'},person:'p'+n%1000})); n++; }
 await Promise.all([...by].map(async([k,es])=>{await outboxCollection(ps[k]!.db).insertMany(es); ps[k]!.feed.wake();})); await new Promise(r=>setTimeout(r,20)); }
await new Promise(r=>setTimeout(r,1500));
const u=process.cpuUsage(cpu);
lat.sort((x,y)=>x-y); console.log({rate,sent:n,shown:lat.length,messages:tot.length,p50:lat[lat.length>>1],p90:lat[Math.floor(lat.length*.9)],p99:lat[Math.floor(lat.length*.99)],max:lat.at(-1),cpuCores:((u.user+u.system)/13.5e6).toFixed(2), in:a.ingest.statuses().reduce((s,x)=>s+Number(x.sequence),0)});
stop.abort(); await a.stop(); for(const p of ps) await p[Symbol.asyncDispose](); await client.db('anlive_analytics').dropDatabase(); net.close(); net.closeAllConnections(); await client.close();
