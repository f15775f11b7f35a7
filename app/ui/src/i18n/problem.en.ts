import type { ProblemTexts } from "./problem.ja";

export const problemEn: ProblemTexts = {
  title: "That did not work",
  records_damaged: {
    detail: "The signed records of this house are not what was signed.",
    next: "Keep a copy of the data folder as evidence, see `dokuei doctor`, and restore a backup.",
  },
  no_duty: {
    detail: "This is for people who were given the duty.",
    next: "Ask an administrator of this node to do it, or to give you the duty.",
  },
  record_refused: {
    detail: "The record is not complete or does not make sense, so it was not signed.",
    next: "Look at days, version and what is still open (＿＿＿＿), correct it, and sign again.",
  },
  policy_missing: {
    detail: "No consultation is begun here without signed and current documents.",
    next: "Have the three documents signed on the page on operation by whoever answers for them.",
  },
  node_frozen: {
    detail:
      "An incident is open: no study goes to or comes from other houses, archives or media, and no consultation begins.",
    next: "What is here can be read. Sending goes on when whoever leads the response ends the incident.",
  },
  not_trained: {
    detail: "Your pledge of confidentiality or your training is missing or out of date.",
    next: "Sign the pledge on the page on operation, and have your training recorded.",
  },
  on_hold: {
    detail: "This case is on legal hold: nothing of it is erased.",
    next: "Ask whoever placed the hold; it can be erased when another person has released it.",
  },
  node_unreachable: {
    detail: "The node does not answer.",
    next: "Check that it is running, then try again.",
  },
  not_signed_in: { detail: "Your session has ended.", next: "Sign in again." },
  wrong_passphrase: {
    detail: "The passphrase is wrong.",
    next: "Check capital letters and the input method, then type it again.",
  },
  second_factor_required: {
    detail: "A code is needed.",
    next: "Enter the code that your authenticator shows.",
  },
  second_factor_wrong: {
    detail: "The code is wrong, or was used before.",
    next: "Wait for the next code, or use a recovery code.",
  },
  passphrase_too_short: {
    detail: "The passphrase is too short.",
    next: "Put several unrelated words in a row and add a number.",
  },
  passphrase_not_mixed: {
    detail: "The passphrase is not mixed.",
    next: "Use letters, at least one digit, and at least one symbol or space.",
  },
  passphrase_easy_to_guess: {
    detail: "The passphrase is easy to guess.",
    next: "Use words that do not belong together, and none of your name, ID or institution.",
  },
  passphrase_too_long: {
    detail: "The passphrase is too long.",
    next: "Choose a shorter one.",
  },
  no_root: {
    detail: "This node trusts no registry yet.",
    next: "Choose the registry's root certificate.",
  },
  root_refused: {
    detail: "This file is not the root certificate of a registry that can be trusted here.",
    next: "Get it from the registry again and compare its fingerprint. A node that trusts a registry cannot change to another.",
  },
  cannot_listen: {
    detail: "The registry is trusted, but the node cannot listen for other nodes.",
    next: "Stop the program that uses the port, and start the node again.",
  },
  no_application_key: {
    detail: "It is not known yet what to seal it to: the public register could not be read.",
    next: "Wait until a bootstrap host is connected and try again, or choose the registry's application key when you save it as a file.",
  },
  no_mail_server: {
    detail: "This node has no mail server, so nothing can be told by e-mail.",
    next: "Ask whoever runs this node to set one, or choose another way.",
  },
  tested_lately: {
    detail: "A test of the notices was sent less than a minute ago.",
    next: "Wait a minute, then test again.",
  },
  notice_not_sent: {
    detail: "The notice was not taken.",
    next: "Check the address, or ask whoever runs the mail server or the receiving system.",
  },
  not_deposited: {
    detail: "No bootstrap host took it.",
    next: "Wait a while and send it again, or save it as a file and bring it to the registry.",
  },
  application_refused: {
    detail: "Something in the application is not acceptable.",
    next: "Look at names, numbers and documents again.",
  },
  application_not_sealed: {
    detail: "It cannot be sealed: the registry's application key is not right.",
    next: "Get the key file from the registry again.",
  },
  application_sealed: {
    detail: "The application was sealed already and cannot be changed.",
    next: "Send it as it is, or withdraw it and apply again.",
  },
  application_decided: {
    detail: "The application is decided already.",
    next: "Make another one if you need to.",
  },
  too_many_applications: {
    detail: "There are too many undecided applications.",
    next: "Wait for the registry, or withdraw those that are not needed.",
  },
  answer_refused: {
    detail: "This is not an answer of the registry to an application of this node.",
    next: "Check the file, or get it from the registry again.",
  },
  bad_field: {
    detail: "Something that was entered is not understood.",
    next: "Look at the sign-in name, dates and numbers again.",
  },
  body_too_large: {
    detail: "The documents are too large.",
    next: "Attach fewer or smaller ones.",
  },
  not_enrolling: {
    detail: "The enrolment took too long.",
    next: "Begin again.",
  },
  locked_out: {
    detail: "After several wrong passphrases sign-in is paused.",
    next: "Wait a little, then try again.",
  },
  no_practitioner_certificate: {
    detail: "There is no certificate for this practitioner yet.",
    next: "It is installed by itself when the registry has issued it. See `dokuei identity applications` for how it stands.",
  },
  certificate_refused: {
    detail: "The certificate is invalid, expired or revoked.",
    next: "Ask the registry to renew it.",
  },
  not_permitted: {
    detail: "This is not permitted with the credential, device and register as they are now.",
    next: "Check the credential and the connection, and ask the administrator if in doubt.",
  },
  clock_apart: {
    detail:
      "This node meets nobody: its clock and that of the others are more than five minutes apart.",
    next: "Set this machine's clock. When it is right, ask the others to set theirs.",
  },
  register_stale: {
    detail: "The register held here is too old for anything new to be sent.",
    next: "Connect to the network and try again. What is kept here can be read.",
  },
  not_in_register: {
    detail: "The credential is not in the register.",
    next: "Ask the registry what became of it.",
  },
  register_refused: {
    detail: "The register could not be verified and was not taken.",
    next: "Send nothing, and telephone the registry.",
  },
  register_split: {
    detail:
      "The registry showed contradicting registers, so this one was not taken. The evidence is kept.",
    next: "Send nothing, telephone the registry, and hand over the file of evidence.",
  },
  register_file: {
    detail: "This cannot be read as a file of a register.",
    next: "Copy the file again, or ask the registry for another.",
  },
  register_older: {
    detail: "The register in the file is no newer than the one of this node.",
    next: "Nothing has changed. Ask the registry for a newer file if you need one.",
  },
  register_gap: {
    detail: "The file does not go on from the register of this node.",
    next: "Ask the registry for a file from the number of entries here, or for the whole register.",
  },
  wiped: {
    detail:
      "The certificate of this node was revoked as lost or stolen, and its keys were destroyed.",
    next: "Tell the administrator: set up a new node and restore a backup.",
  },
  not_qualified: {
    detail: "The certificate lacks the qualification that this needs.",
    next: "Ask a qualified reader.",
  },
  practice_only: {
    detail: "This study is for practice: it is sent to nobody.",
    next: "Choose a patient's study. A request is practised from the practice study in the list.",
  },
  no_agreement: {
    detail: "There is no agreement in force with the other side.",
    next: "Propose one and wait for the countersignature.",
  },
  no_device: {
    detail: "The reader's device is not known yet, so nothing can be sealed to it.",
    next: "Wait until the reader's node is connected, then ask again.",
  },
  not_opened: {
    detail: "This study has not been opened yet.",
    next: "Wait until it has been transferred and verified.",
  },
  not_found: { detail: "This was not found.", next: "Go back to the list and choose again." },
  disk_full: {
    detail: "The disk is full. Nothing already stored was lost.",
    next: "Make room, then try again.",
  },
  media_type: {
    detail: "This is not exchanged in that form.",
    next: "Choose a supported form in the settings of the program.",
  },
  not_rendered: {
    detail: "This image cannot be shown.",
    next: "Look at it on its own device or in another viewer.",
  },
  already_enrolled: {
    detail: "A second factor is enrolled already.",
    next: "Remove it first, with passphrase and code.",
  },
  no_second_factor: {
    detail: "No second factor is enrolled.",
    next: "Enrol one on the security page if you want it.",
  },
  recovery_kit_unreadable: {
    detail: "The recovery kit cannot be read.",
    next: "Check the letters on the sheets, and that there are as many sheets as are needed.",
  },
  recovery_kit_refused: {
    detail: "This is not the present recovery kit of this practitioner.",
    next: "Use the sheets of the newest kit.",
  },
  no_node_certificate: {
    detail: "This node has no certificate yet.",
    next: "Apply for one on the page for applications. It is installed by itself when it has been issued.",
  },
  practitioner_files: {
    detail: "The files with this practitioner's keys cannot be used.",
    next: "Ask the administrator to run `dokuei doctor`.",
  },
  damaged_log: {
    detail: "The stored record of this case does not verify: it was altered on this disk.",
    next: "Ask the administrator to keep the data directory as evidence and to restore a backup.",
  },
  no_report: {
    detail: "There is no report in this case yet.",
    next: "Wait until it has arrived.",
  },
  draft_changed: {
    detail: "This draft was saved in another window. Nothing was overwritten.",
    next: "Load what the other window has, or save this window's text in its place.",
  },
  draft_unreadable: {
    detail:
      "The draft of the report cannot be read: it was altered, or is of a key that you have no more.",
    next: "Discard it and write the report anew.",
  },
  not_empty: {
    detail: "The folder is not empty.",
    next: "Choose a new or empty one.",
  },
  file_unusable: {
    detail: "A file cannot be read or written.",
    next: "Check its name and the rights on it.",
  },
  files_unreadable: {
    detail: "The files to import cannot be read.",
    next: "Check the name of the place and the rights on it.",
  },
  dicom_refused: {
    detail: "This is not accepted as a DICOM file.",
    next: "Export it anew from where it was made.",
  },
  not_attached: {
    detail: "This file cannot be made part of a study.",
    next: "Choose a JPEG, PNG, TIFF, PDF or STL file.",
  },
  not_pseudonymised: {
    detail: "This study cannot be given a pseudonym.",
    next: "Choose a study with images, or send it under the patient's name.",
  },
  to_acknowledge: {
    detail: "Something should be looked at before this is sent.",
    next: "Look at it and correct what is wrong; when it is right, confirm and send.",
  },
  conflict: {
    detail: "Something else with the same identifier is on this node already.",
    next: "Nothing was changed. Find out at its source which of the two is right.",
  },
  storage_failed: {
    detail: "The storage of this node cannot be used.",
    next: "Ask the administrator to run `dokuei doctor`.",
  },
  image_damaged: {
    detail: "An image that is stored on this node is damaged and cannot be read.",
    next: "Import the same image again: it takes the place of the damaged one. An image that was received is had again from its sender’s node by itself, as soon as that is there. If it stays, ask the administrator to run `dokuei doctor` and to look at the disk.",
  },
  not_sealed: {
    detail: "The study could not be sealed.",
    next: "Try again; if it stays, ask the administrator to run `dokuei doctor`.",
  },
  package_refused: {
    detail: "What was received is not what was signed, and was refused.",
    next: "Keep it as evidence, and ask the sender to send the study again.",
  },
  report_not_written: {
    detail: "The file of the report could not be made.",
    next: "Try again; if it stays, ask the administrator to run `dokuei doctor`.",
  },
  stopping: {
    detail: "The node is stopping.",
    next: "Start it again, then try again.",
  },
  foreign_host: {
    detail: "This node answers only to its own computer.",
    next: "Open the page by the address 127.0.0.1 or localhost.",
  },
  foreign_origin: {
    detail: "Another page asked for this, so it was refused.",
    next: "Open this page anew and try again.",
  },
  intent_missing: {
    detail: "It is not certain that this page asked for it, so it was refused.",
    next: "Open this page anew and try again.",
  },
  not_json: {
    detail: "The form of the request is not understood.",
    next: "Load the page anew; if it stays, ask the administrator whether app and node are of the same version.",
  },
  bad_body: {
    detail: "The form of the request is not understood.",
    next: "Load the page anew; if it stays, ask the administrator whether app and node are of the same version.",
  },
  bad_query: {
    detail: "The form of the request is not understood.",
    next: "Load the page anew; if it stays, ask the administrator whether app and node are of the same version.",
  },
  unknown_path: {
    detail: "This node does not have that function.",
    next: "Ask the administrator whether app and node are of the same version.",
  },
  wrong_method: {
    detail: "This node does not have that function.",
    next: "Ask the administrator whether app and node are of the same version.",
  },
  bad_key: {
    detail: "The request carries a key that is not of the right form.",
    next: "Load the page again; if this goes on, tell the administrator.",
  },
  key_reused: {
    detail: "Another request was sent with the same key. Nothing was done.",
    next: "Load the page again and repeat what you did.",
  },
  under_way: {
    detail: "The same is being done at this moment.",
    next: "Wait a little, then look at the page again.",
  },
  already_done: {
    detail: "This has been done already, and is not done twice.",
    next: "Load the page again and look at the outcome.",
  },
  no_medium: {
    detail: "There is no medium of Dokuei there.",
    next: "Choose the folder in which DOKUEI lies, an ISO image, or the drive with the disc.",
  },
  medium_unreadable: {
    detail: "The medium cannot be read.",
    next: "Check that it is there, clean it, try another drive, or ask for another medium.",
  },
  medium_refused: {
    detail:
      "What is on the medium is not what was signed, or not by a party of the case, and was refused.",
    next: "Keep it as evidence and ask the sender for another. Nothing that is not proven was taken.",
  },
  medium_of_another_network: {
    detail: "The medium was written under another registry.",
    next: "Ask the sender under which registry it was written.",
  },
  medium_not_for_you: {
    detail: "Nothing on the medium is sealed to you at this node. Nothing was stored.",
    next: "Whoever it is addressed to reads it while signed in at her own node. If that is you, ask the sender to write it again.",
  },
  medium_of_your_own: {
    detail: "The medium was written by yourself.",
    next: "Bring it to the other side, to be read at that node.",
  },
  medium_unfinished: {
    detail: "Writing the medium was not finished.",
    next: "Write it again in the same way. What is there already is kept.",
  },
  medium_damaged: {
    detail: "A part of the medium is damaged or was altered. What could be proven was kept.",
    next: "Clean it and read it again, or ask the sender to write it again. Only what is missing is taken then.",
  },
  too_many_media: {
    detail: "More media are named than are read at once.",
    next: "Read them in several turns.",
  },
  medium_too_small: {
    detail: "The media are too small.",
    next: "Take larger ones, or name no capacity.",
  },
  medium_full: {
    detail: "The medium is full.",
    next: "Free some space or take a larger one. What is there already is kept.",
  },
  no_xorriso: {
    detail: "The program that makes images of discs is missing.",
    next: "Ask the administrator to run `apt-get install xorriso`, or write to a folder.",
  },
  medium_not_written: {
    detail: "The medium could not be written.",
    next: "Check the name of the place, the rights on it, and the medium.",
  },
  medium_not_verified: {
    detail: "The medium was written, and does not hold what was written.",
    next: "Write it again; if it fails again, take another medium.",
  },
  unknown: {
    detail: "An unexpected answer came ({{code}}).",
    next: "Try again; if it stays, ask the administrator to run `dokuei doctor`.",
  },
  archive_not_reached: {
    detail: "The archive cannot be reached.",
    next: "Check that it is on, and host, port, AE titles and TLS in the settings; then try again.",
  },
  archive_refuses: {
    detail: "The archive refuses.",
    next: "Ask whoever runs it to let this node's AE title search and retrieve.",
  },
  archive_gives_nothing: {
    detail: "Nothing came from the archive.",
    next: "Ask whoever runs it whether it still has the study, and may give it to this node (C-GET or C-MOVE).",
  },
  fetch_cancelled: {
    detail: "Fetching was cancelled.",
    next: "What had come stays here; fetch it again when it is wanted.",
  },
  live_blind: {
    detail:
      "A second reader reads this case blind at this node: until that is committed, nobody here takes part in its live consult.",
    next: "Sign the blind reading’s final report, then join.",
  },
  live_not_joined: {
    detail: "Only who has joined the live consult can write in it.",
    next: "Join it, then send the message again.",
  },
  live_full: {
    detail: "There are too many live consults at this node, or too many people in this one.",
    next: "Leave one that is not needed any more, then join again.",
  },
};
