import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactElement } from "react";
import { vi } from "vitest";
import { createQueryClient } from "../backend/queries";

export interface Call {
  method: string;
  path: string;
  body: unknown;
  headers: Headers;
}

type Answers = Record<string, { status?: number; body: unknown }>;

/** Stands in for `fetch`: answers by "METHOD path" and keeps what was asked. */
export function answer(answers: Answers): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => {
    const method = init.method ?? "GET";
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    calls.push({ method, path, body, headers: new Headers(init.headers) });
    const found = answers[`${method} ${path}`] ?? {
      status: 404,
      body: { code: "not_found", detail: path },
    };
    return Promise.resolve(
      new Response(JSON.stringify(found.body), { status: found.status ?? 200 }),
    );
  });
  return calls;
}

export function show(element: ReactElement) {
  return render(<QueryClientProvider client={createQueryClient()}>{element}</QueryClientProvider>);
}
