import { applyMarkdown } from '../../src/render/apply-markdown.ts';
import { applyText } from '../../src/render/apply-text.ts';
import { planMarkdown } from '../../src/render/plan-markdown.ts';
import { planText } from '../../src/render/plan-text.ts';
import type { Run } from './run.ts';

/** All that a run shows to people, with everything that can be shown. */
export function everyOutput({ plan, report }: Run): { readonly text: string; readonly markdown: string } {
  return {
    text: planText(plan, { colour: false, verbose: true }) + applyText(report, { colour: false }),
    markdown: planMarkdown(plan, { verbose: true }) + applyMarkdown(report),
  };
}
