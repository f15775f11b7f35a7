import { fetched } from "./fetched";

// Every page is a file of its own, fetched when it is opened: whoever signs in waits for the sign-in alone.

export const ApplyPage = fetched(() =>
  import("./apply/ApplyPage").then((file) => ({ default: file.ApplyPage })),
);
export const ArchivesPage = fetched(() =>
  import("./archives/ArchivesPage").then((file) => ({ default: file.ArchivesPage })),
);
export const AuditPage = fetched(() =>
  import("./audit/AuditPage").then((file) => ({ default: file.AuditPage })),
);
export const CasePage = fetched(() =>
  import("./consultation/CasePage").then((file) => ({ default: file.CasePage })),
);
export const DirectoryPage = fetched(() =>
  import("./directory/DirectoryPage").then((file) => ({ default: file.DirectoryPage })),
);
export const ExportPage = fetched(() =>
  import("./export/ExportPage").then((file) => ({ default: file.ExportPage })),
);
export const GovernancePage = fetched(() =>
  import("./governance/GovernancePage").then((file) => ({ default: file.GovernancePage })),
);
export const ImagePage = fetched(() =>
  import("./viewer/ImagePage").then((file) => ({ default: file.ImagePage })),
);
export const MediaPage = fetched(() =>
  import("./media/MediaPage").then((file) => ({ default: file.MediaPage })),
);
export const NewRequest = fetched(() =>
  import("./request/NewRequest").then((file) => ({ default: file.NewRequest })),
);
export const NoticesPage = fetched(() =>
  import("./notices/NoticesPage").then((file) => ({ default: file.NoticesPage })),
);
export const PatternPage = fetched(() =>
  import("./governance/PatternPage").then((file) => ({ default: file.PatternPage })),
);
export const ProfilePage = fetched(() =>
  import("./profile/ProfilePage").then((file) => ({ default: file.ProfilePage })),
);
export const RetentionPage = fetched(() =>
  import("./retention/RetentionPage").then((file) => ({ default: file.RetentionPage })),
);
export const SecurityPage = fetched(() =>
  import("./security/SecurityPage").then((file) => ({ default: file.SecurityPage })),
);
export const TemplatesPage = fetched(() =>
  import("./templates/TemplatesPage").then((file) => ({ default: file.TemplatesPage })),
);
export const WorkList = fetched(() =>
  import("./worklist/WorkList").then((file) => ({ default: file.WorkList })),
);
export const ReaderPage = fetched(() => import("./reader/ReaderPage"));
