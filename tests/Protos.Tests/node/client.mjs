// A caller that is not .NET: loads the contracts from their sources and drives Contacts and Funnel through them.
//
//   node client.mjs <contacts host:port> <funnel host:port> <api key>
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import protobuf from 'protobufjs';

const [contactsAddress, funnelAddress, apiKey] = process.argv.slice(2);
const protos = fileURLToPath(new URL('../../../protos', import.meta.url));
const files = ['contacts/v1/access', 'contacts/v1/contact', 'contacts/v1/label', 'funnel/v1/stage', 'funnel/v1/label_rule', 'funnel/v1/funnel_report'];
const { contactplatform } = grpc.loadPackageDefinition(loadSync(files.map(f => `contactplatform/${f}.proto`), { includeDirs: [protos], keepCase: true, longs: String, enums: String, defaults: true }));

// google.rpc's error model, as far as it is read here.
const errors = protobuf.parse(`syntax = "proto3"; package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message BadRequest { message FieldViolation { string field = 1; string description = 2; } repeated FieldViolation field_violations = 1; }`, { keepCase: true }).root;

const metadata = new grpc.Metadata();
const client = (address, Service) => new Service(address, grpc.credentials.createInsecure());
const call = (service, method, request) => new Promise((resolve, reject) =>
  service[method](request, metadata, { deadline: Date.now() + 30_000 }, (error, answer) => error ? reject(error) : resolve(answer)));

/** Reads a detail of an error as any language can: from the trailer `grpc-status-details-bin`. */
function detail(error, name) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const any = errors.lookupType('google.rpc.Status').decode(bytes).details.find(d => d.type_url === `type.googleapis.com/google.rpc.${name}`);
  return any && errors.lookupType(`google.rpc.${name}`).decode(any.value);
}

const refused = async (promise, code, reason) => {
  const error = await promise.then(() => assert.fail(`expected ${reason}`), e => e);
  assert.equal(error.code, code, error.message);
  assert.equal(detail(error, 'ErrorInfo').reason, reason);
  return error;
};

const access = client(contactsAddress, contactplatform.contacts.v1.AccessService);
const contacts = client(contactsAddress, contactplatform.contacts.v1.ContactService);
const labels = client(contactsAddress, contactplatform.contacts.v1.LabelService);
const stages = client(funnelAddress, contactplatform.funnel.v1.StageService);
const rules = client(funnelAddress, contactplatform.funnel.v1.LabelRuleService);
const reports = client(funnelAddress, contactplatform.funnel.v1.FunnelReportService);

await refused(call(contacts, 'ListContacts', {}), grpc.status.UNAUTHENTICATED, 'TOKEN_MISSING');
metadata.set('authorization', `Bearer ${(await call(access, 'ExchangeApiKey', { api_key: apiKey })).access_token}`);

const { label } = await call(labels, 'CreateLabel', { display_name: 'purchased-q2' });
const people = [];
for (const email of ['Ana@Example.com', 'bo@example.com']) {
  people.push((await call(contacts, 'CreateContact', { contact: { email, given_name: 'Åsa 田' }, label_ids: [label.label_id] })).contact);
}
assert.equal(people[0].email, 'ana@example.com');
assert.equal(people[0].given_name, 'Åsa 田');

const taken = await refused(call(contacts, 'CreateContact', { contact: { email: 'ANA@example.com' } }), grpc.status.ALREADY_EXISTS, 'CONTACT_EXISTS');
assert.equal(detail(taken, 'ErrorInfo').domain, 'contacts.contactplatform');
assert.equal(detail(taken, 'ErrorInfo').metadata.contact_id, people[0].contact_id);
const wrong = await refused(call(contacts, 'CreateContact', { contact: { email: 'nowhere', phone: 'call me' } }), grpc.status.INVALID_ARGUMENT, 'INVALID_FIELD');
assert.deepEqual(detail(wrong, 'BadRequest').field_violations.map(v => v.field).sort(), ['contact.email', 'contact.phone']);

const set = await call(stages, 'SetStage', { contact_id: people[0].contact_id, stage: 'FUNNEL_STAGE_ENGAGED' });
assert.equal(set.contact_stage.stage, 'FUNNEL_STAGE_ENGAGED');

const { label_rule: rule } = await call(rules, 'CreateLabelRule', { label_rule: { label_id: label.label_id, stage: 'FUNNEL_STAGE_CUSTOMER' } });
const { label_rule_run: started } = await call(rules, 'RunLabelRule', { label_rule_id: rule.label_rule_id, request_id: 'node-1' });
const last = await new Promise((resolve, reject) => {
  let seen;
  rules.WatchLabelRuleRun({ run_id: started.run.run_id }, metadata, { deadline: Date.now() + 60_000 })
    .on('data', d => { seen = d.label_rule_run.run; }).on('error', reject).on('end', () => resolve(seen));
});
assert.equal(last.state, 'RUN_STATE_SUCCEEDED', last.message);
assert.equal(last.changed_count, '2');

const history = await call(stages, 'ListStageChanges', { contact_id: people[0].contact_id });
assert.deepEqual(history.stage_changes.map(c => [c.version, c.from.stage, c.to.stage, c.cause]), [
  ['2', 'FUNNEL_STAGE_ENGAGED', 'FUNNEL_STAGE_CUSTOMER', 'STAGE_CHANGE_CAUSE_LABEL_RULE'],
  ['1', 'FUNNEL_STAGE_UNSPECIFIED', 'FUNNEL_STAGE_ENGAGED', 'STAGE_CHANGE_CAUSE_API'],
]);
const report = await call(reports, 'GetFunnelReport', {});
assert.equal(report.stage_counts.find(c => c.stage === 'FUNNEL_STAGE_CUSTOMER').active_count, '2');

console.log(`run ${last.changed_count} of ${last.total_count} changed`);
