// Verifies credentials with the Digital Bazaar implementation, without a network: contexts and status lists come in with
// the documents on standard input, {contexts, pages, now, cases: {name: credential}}; out goes {name: {accepted, why}}.
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {verifyCredential} from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {readFileSync} from 'node:fs';

const given = JSON.parse(readFileSync(0, 'utf8'));
// the check of status lists takes no clock, so the clock of this process is the tests'
globalThis.Date = class extends Date {
  constructor(...from) {
    super(...(from.length > 0 ? from : [given.now]));
  }
  static now() {
    return Date.parse(given.now);
  }
};
const suite = new DataIntegrityProof({cryptosuite});

async function documentLoader(url) {
  const document = given.contexts[url] ?? given.pages[url] ?? (url.startsWith('did:key:') ? await keyOf(url) : null);
  if(!document) {
    throw new Error(`nothing is fetched, and ${url} was not given`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

async function keyOf(url) {
  const did = url.split('#')[0];
  const multibase = did.slice('did:key:'.length);
  const id = `${did}#${multibase}`;
  const method = {
    '@context': 'https://w3id.org/security/multikey/v1', id, type: 'Multikey', controller: did, publicKeyMultibase: multibase
  };
  await Ed25519Multikey.from(method);
  if(url.includes('#')) {
    if(url !== id) {
      throw new Error(`${url} is no key of ${did}`);
    }
    return method;
  }
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'], id: did,
    verificationMethod: [method], assertionMethod: [id]
  };
}

async function judge(credential) {
  const result = await verifyCredential({credential, suite, documentLoader, checkStatus, now: given.now});
  if(!result.verified) {
    return {accepted: false, why: reason(result)};
  }
  // a set bit does not make `verified` false: the status stands apart
  const set = (result.statusResult?.results ?? []).filter(one => one.status);
  if(set.length > 0 || result.statusResult?.verified === false) {
    return {accepted: false, why: 'the status says so'};
  }
  for(const member of credential.credentialSubject.verifiableCredential ?? []) {
    const found = await judge(member);
    if(!found.accepted) {
      return {accepted: false, why: `member: ${found.why}`};
    }
  }
  return {accepted: true, why: ''};
}

function reason(result) {
  const errors = [result.error, ...(result.error?.errors ?? []), result.statusResult?.error].filter(Boolean);
  return errors.map(error => error.message).join('; ');
}

const found = {};
for(const [name, credential] of Object.entries(given.cases)) {
  try {
    found[name] = await judge(credential);
  } catch(error) {
    found[name] = {accepted: false, why: error.message};
  }
}
process.stdout.write(JSON.stringify(found));
