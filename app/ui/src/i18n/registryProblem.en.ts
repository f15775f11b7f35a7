import type { RegistryProblemTexts } from "./registryProblem.ja";

export const registryProblemEn: RegistryProblemTexts = {
  node_unreachable: {
    detail: "The registry's program does not answer.",
    next: "Check that `dokuei-registry serve` is running, then try again.",
  },
  unauthorized: { detail: "Your session has ended.", next: "Sign in again." },
  unknown_operator: {
    detail: "There is no operator of this name.",
    next: "Check the spelling. Operators are named on the page “Operators”.",
  },
  operator_needed: {
    detail: "An operator's name is needed.",
    next: "Enter your operator's name and sign in.",
  },
  operator_exists: {
    detail: "There already is an operator of this name.",
    next: "Choose another name, or let that operator go first.",
  },
  last_operator: {
    detail: "The last operator cannot be let go.",
    next: "Name another one first.",
  },
  in_service: {
    detail: "This certificate is in service already.",
    next: "Nothing was changed. Choose the one that was just made.",
  },
  not_requested: {
    detail: "This certificate is not for the request that waits here.",
    next: "Save the request again, and let the root certify that one.",
  },
  foreign_authority: {
    detail: "This is no issuing authority under this registry's root.",
    next: "Check that root and certificate belong together ({{said}}).",
  },
  no_ceremony: {
    detail: "No root is being made.",
    next: "After two hours it is given up. Begin with making the root again.",
  },
  ceremony_held: {
    detail: "Another operator is making a root.",
    next: "Ask her to finish it or to give it up. After two hours it is given up by itself.",
  },
  share: {
    detail: "The shares cannot be used.",
    next: "Compare them with the paper, and correct what was mistyped ({{said}}).",
  },
  root_key: {
    detail: "The root's key cannot be used.",
    next: "Check that it is the key of the root in force ({{said}}).",
  },
  keystore: {
    detail: "The key's file does not open.",
    next: "Check that it is the right file, and whole ({{said}}).",
  },
  chain: {
    detail: "This cannot be verified as a certificate.",
    next: "Check the files, and that the present root certified the next one ({{said}}).",
  },
  exists: {
    detail: "There already is a registry.",
    next: "Load the page again.",
  },
  set_up: {
    detail: "The set-up is not open any more.",
    next: "Load the page again, and enter the code that was printed at the start.",
  },
  wrong_code: {
    detail: "This is not the code.",
    next: "Type the code that was printed when the program was last started.",
  },
  same_person: {
    detail: "You cannot approve what you proposed yourself.",
    next: "Ask another operator to approve it.",
  },
  nothing_pending: {
    detail: "This no longer waits.",
    next: "Another operator approved or rejected it; look at the list.",
  },
  unknown_certificate: {
    detail: "This credential was not issued here.",
    next: "Choose it from the list.",
  },
  already_revoked: {
    detail: "This credential is revoked already.",
    next: "Nothing was changed.",
  },
  not_in_this_state: {
    detail: "Its present standing does not allow this.",
    next: "Look at its standing ({{said}}).",
  },
  same_key: {
    detail: "The request is for the key that the certificate has already.",
    next: "Renew it to keep the key, or use a request for a new key.",
  },
  bad_request_file: {
    detail: "This cannot be read as a certificate request (PKCS#10).",
    next: "Choose the file that `dokuei identity request-…` wrote ({{said}}).",
  },
  forbidden_by_policy: {
    detail: "The credential policy does not allow this to be issued.",
    next: "Look at licence and qualifications ({{said}}).",
  },
  not_issued: {
    detail: "It cannot be issued like this.",
    next: "Correct it and try again ({{said}}).",
  },
  unknown_application: {
    detail: "This application is not here.",
    next: "Choose it from the list.",
  },
  application_decided: {
    detail: "This application was decided already.",
    next: "Nothing was changed; look at its present state.",
  },
  not_approvable: {
    detail: "What was found forbids approving it as it is.",
    next: "Look at what is marked as not possible; ask for a new application, or refuse it with a reason.",
  },
  other_network: {
    detail: "The application is for another network's registry.",
    next: "Ask for one that is made with this registry's root certificate.",
  },
  inbox_full: {
    detail: "There are as many applications here as are kept.",
    next: "Archive the folder `applications` in the data directory, then try again.",
  },
  bootstrap: {
    detail: "The bootstrap host could not be asked.",
    next: "Check its address and that it is running ({{said}}).",
  },
  unknown_import: {
    detail: "This bulk import is not here.",
    next: "Choose the CSV file again.",
  },
  import_runs: {
    detail: "Another bulk import is being carried out.",
    next: "Wait until it ends, or stop it and try again.",
  },
  too_large: { detail: "The file is too large.", next: "Check that it is the right file." },
  "application-too-large": {
    detail: "The application is too large.",
    next: "Ask the applicant for one with smaller attachments.",
  },
  "application-form": {
    detail: "This cannot be read as an application.",
    next: "Ask the applicant to make and send it again.",
  },
  "application-format": {
    detail: "The application has a format that is newer than this program.",
    next: "Update this program, then try again.",
  },
  "application-signature": {
    detail: "The application's signature is not right.",
    next: "It was not taken in. Ask the applicant in person.",
  },
  "application-evidence-altered": {
    detail: "An attachment is not the one that the applicant signed.",
    next: "It was not taken in. Ask the applicant in person.",
  },
  "sealed-malformed": {
    detail: "This is not a sealed application.",
    next: "Choose the file that `dokuei identity apply` wrote.",
  },
  "sealed-too-large": {
    detail: "This is too large for an application.",
    next: "Check that it is the right file.",
  },
  "sealed-no-such-key": {
    detail: "The application is sealed to another registry's key.",
    next: "Ask the applicant to seal it for this registry.",
  },
  "sealed-does-not-open": {
    detail: "The seal does not open: it was altered on its way, or is for another registry.",
    next: "It was not taken in. Ask the applicant to send it again.",
  },
  usage: { detail: "This was not accepted.", next: "Correct it ({{said}})." },
  body: {
    detail: "This page and the program are of different versions.",
    next: "Load the page again ({{said}}).",
  },
  storage: {
    detail: "The data directory could not be read or written.",
    next: "Look at free space and permissions ({{said}}).",
  },
  damaged: {
    detail: "A file in the data directory is damaged.",
    next: "Restore it from a backup ({{said}}).",
  },
  operator_log: {
    detail: "The operator log is not what was written.",
    next: "Stop, tell whoever is responsible, and compare with a backup ({{said}}).",
  },
  busy: {
    detail: "Another program is working in this data directory.",
    next: "Let it finish, or work in the console that is open.",
  },
  revocation: {
    detail: "The revocation list could not be made or verified.",
    next: "Look at list and issuing authority in the data directory ({{said}}).",
  },
  internal: {
    detail: "The work was interrupted.",
    next: "Look at the lists and the operator log for what was done, then try again.",
  },
  no_registry: {
    detail: "There is no registry in this data directory.",
    next: "Check the data directory, and start the program again ({{said}}).",
  },
  no_evidence: {
    detail: "The evidence convicts nobody.",
    next: "Check that the evidence and the root belong together ({{said}}).",
  },
  not_all: {
    detail: "Some rows were not issued.",
    next: "Look in the report which and why, correct them and try again ({{said}}).",
  },
  host: {
    detail: "The registry's console is for this computer only.",
    next: "Open it again at 127.0.0.1 or localhost.",
  },
  foreign_origin: {
    detail: "Another page asked for this, so it was refused.",
    next: "Open this page again, and try once more.",
  },
  intent_missing: {
    detail: "It is not certain that this page asked for it, so it was refused.",
    next: "Open this page again, and try once more.",
  },
  unknown_word: { detail: "A word is not known.", next: "Correct it ({{said}})." },
};
