import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { createQueryClient } from "./backend/queries";
import { startTexts } from "./i18n";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/duties.css";
import "./style/pages.css";
import "./style/viewer.css";
import "./style/report.css";
import "./style/print.css";
import "./apply/apply.css";
import "./governance/governance.css";

startTexts();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={createQueryClient()}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
