import { lazy } from "react";

// Every page is a file of its own, fetched when it is opened: whoever signs in waits for the sign-in alone.

export const ApplyPage = lazy(() =>
  import("./apply/ApplyPage").then((file) => ({ default: file.ApplyPage })),
);
export const ArchivesPage = lazy(() =>
  import("./archives/ArchivesPage").then((file) => ({ default: file.ArchivesPage })),
);
export const AuditPage = lazy(() =>
  import("./audit/AuditPage").then((file) => ({ default: file.AuditPage })),
);
export const CasePage = lazy(() =>
  import("./consultation/CasePage").then((file) => ({ default: file.CasePage })),
);
export const DirectoryPage = lazy(() =>
  import("./directory/DirectoryPage").then((file) => ({ default: file.DirectoryPage })),
);
export const ExportPage = lazy(() =>
  import("./export/ExportPage").then((file) => ({ default: file.ExportPage })),
);
export const GovernancePage = lazy(() =>
  import("./governance/GovernancePage").then((file) => ({ default: file.GovernancePage })),
);
export const ImagePage = lazy(() =>
  import("./viewer/ImagePage").then((file) => ({ default: file.ImagePage })),
);
export const MediaPage = lazy(() =>
  import("./media/MediaPage").then((file) => ({ default: file.MediaPage })),
);
export const NewRequest = lazy(() =>
  import("./request/NewRequest").then((file) => ({ default: file.NewRequest })),
);
export const NoticesPage = lazy(() =>
  import("./notices/NoticesPage").then((file) => ({ default: file.NoticesPage })),
);
export const PatternPage = lazy(() =>
  import("./governance/PatternPage").then((file) => ({ default: file.PatternPage })),
);
export const ProfilePage = lazy(() =>
  import("./profile/ProfilePage").then((file) => ({ default: file.ProfilePage })),
);
export const SecurityPage = lazy(() =>
  import("./security/SecurityPage").then((file) => ({ default: file.SecurityPage })),
);
export const WorkList = lazy(() =>
  import("./worklist/WorkList").then((file) => ({ default: file.WorkList })),
);
export const ReaderPage = lazy(() => import("./reader/ReaderPage"));
