import type { components } from "./generated";

type Schemas = components["schemas"];

/** How far the setting up of a node is. */
export type SetupProgress = Schemas["SetupProgress"];

/** A registry's root certificate, as it names itself. */
export type Root = Schemas["Root"];

export type DeviceClass = "fixed" | "portable" | "virtual-desktop";
export type DeviceOwner = "institution" | "private";

/** What an application starts from. */
export type SetupNode = Schemas["SetupNode"];

/** Whether a passphrase may be chosen, and else why not. */
export type Verdict = Schemas["Verdict"];

/** What the node keeps of a form that is being filled in. */
export type KeptDraft = Schemas["KeptDraft"];

export type QualificationCode = "oral-radiology" | "diagnostic-radiology" | "equivalent";
export type EvidenceKind = "licence" | "qualification" | "identity" | "institution" | "other";

export type ApplicationForm = Required<Schemas["ApplicationForm"]>;

export type ApplicationState = Schemas["ApplicationState"];

/** An application of this node, and how it stands. */
export type ApplicationView = Schemas["ApplicationView"];

/** Long work of the node. */
export type JobView = Schemas["Job"];
