// Read tasrih's topics: node consumer.mjs BOOTSTRAP SCHEMAS [PREFIX]; needs kafkajs, ajv and ajv-formats.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const require = createRequire(`${process.cwd()}/`);
const { Kafka, logLevel } = require("kafkajs");
const ajv = require("ajv-formats").default(new (require("ajv/dist/2020").default)({ strict: false }));

const [bootstrap, schemas, prefix = ""] = process.argv.slice(2);
const validators = Object.fromEntries(["enriched", "statements", "recalls"].map((name) => [
  `${prefix}wire.${name}.v1`, ajv.compile(JSON.parse(readFileSync(`${schemas}/wire.${name}.v1.schema.json`, "utf8")))]));

const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: `${prefix}example-javascript`, readUncommitted: false });
await consumer.connect();
await consumer.subscribe({ topics: Object.keys(validators), fromBeginning: true });
await consumer.run({ eachMessage: async ({ topic, message }) => {
  const key = message.key?.toString();
  if (message.value === null) return console.log("retracted", key); // the statement, or the story, is deleted
  const value = JSON.parse(message.value.toString());
  if (!validators[topic](value)) return console.log("refused", key);
  if ("recall" in value) console.log("recall", value.recall, value.story_id, value.retracted.join(","));
  else if ("status" in value) {
    console.log("story", value.id, value.version, value.status);
    const points = Array.from(value.text ?? ""); // spans count code points, strings UTF-16 units
    for (const one of value.statements ?? []) // none in a story that was killed or withheld
      console.log("said", one.source.name, "|", points.slice(one.content.start, one.content.end).join(""));
  }
} });
