/** The editors of the page: CodeMirror with GraphQL's completion and checks, or with JSON; one large chunk. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import {
  HighlightStyle,
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { EditorState, Transaction, type Extension } from '@codemirror/state';
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { graphql, updateSchema } from 'cm6-graphql';
import type { GraphQLSchema } from 'graphql';

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly language: 'graphql' | 'json';
  readonly readOnly: boolean;
  /** What readers of the screen call it. */
  readonly label: string;
  readonly onChange: (text: string) => void;
  /** Ctrl or Cmd with Enter. */
  readonly onRun: () => void;
  /** A type that is asked about, by Ctrl or Cmd and a click. */
  readonly onAsk: (type: string) => void;
}

/** An editor on the page. */
export interface Editor {
  /** Puts another text in, unless it is this one; what was there is a step back. */
  setText(text: string): void;
  setSchema(schema: GraphQLSchema | undefined): void;
  destroy(): void;
}

export function createEditor(options: EditorOptions): Editor {
  const { parent, text, label, readOnly, onChange, onRun, onAsk } = options;
  const ofUs = Transaction.addToHistory.of(true);
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        // Before the keys of the editor itself, of which one is for a new line.
        keymap.of([
          {
            key: 'Mod-Enter',
            run: () => {
              onRun();
              return true;
            },
          },
        ]),
        // Not beside a few lines of variables: of an editor below the window their places are not known yet.
        readOnly || options.language === 'graphql' ? lineNumbers() : [],
        readOnly ? [EditorState.readOnly.of(true), foldGutter()] : writing,
        languageOf(options.language, onAsk),
        common,
        // Read by keyboard too where it scrolls: to some an editable text is no place to go to.
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          const isOurs = update.transactions.some((each) => each.isUserEvent('set'));
          if (update.docChanged && !isOurs) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText(wanted) {
      const { doc } = view.state;
      if (doc.toString() === wanted) return;
      const changes = { from: 0, to: doc.length, insert: wanted };
      view.dispatch({ changes, annotations: [ofUs], userEvent: 'set' });
    },
    setSchema: (schema) => updateSchema(view, schema),
    destroy: () => view.destroy(),
  };
}

function languageOf(language: EditorOptions['language'], onAsk: (type: string) => void): Extension {
  if (language === 'json') return json();
  return graphql(undefined, {
    onShowInDocs: (_field, type, parentType) => {
      const asked = type ?? parentType;
      if (asked !== undefined) onAsk(asked.replaceAll(/[![\]]/g, ''));
    },
  });
}

const writing: Extension = [
  history(),
  autocompletion(),
  closeBrackets(),
  indentOnInput(),
  highlightActiveLine(),
  drawSelection(),
  keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...historyKeymap,
    ...lintKeymap,
    ...foldKeymap,
  ]),
];

/** Tab is left to the browser: who uses the keyboard alone must get out again. */
const common: Extension = [
  bracketMatching(),
  EditorView.lineWrapping,
  keymap.of(defaultKeymap),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.keyword, tags.definitionKeyword], color: 'var(--accent)' },
      { tag: [tags.propertyName, tags.attributeName], color: 'var(--ink)' },
      { tag: [tags.typeName, tags.atom, tags.bool, tags.null], color: 'var(--caution)' },
      { tag: tags.string, color: 'var(--good)' },
      { tag: tags.number, color: 'var(--bad)' },
      { tag: tags.variableName, color: 'var(--bad)' },
      { tag: tags.comment, color: 'var(--ink-3)', fontStyle: 'italic' },
      { tag: tags.punctuation, color: 'var(--ink-2)' },
    ]),
  ),
  EditorView.theme({
    '&': {
      height: '100%',
      backgroundColor: 'var(--surface)',
      color: 'var(--ink)',
      fontSize: '0.8125rem',
    },
    '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
    '.cm-content': { caretColor: 'var(--accent)' },
    '.cm-content:focus-visible': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
    '.cm-scroller': { fontFamily: 'ui-monospace, Menlo, Consolas, monospace', lineHeight: '1.55' },
    '.cm-gutters': {
      backgroundColor: 'var(--sunken)',
      // On this ground the fainter ink is too faint.
      color: 'var(--ink-2)',
      borderRight: '1px solid var(--line)',
    },
    '.cm-activeLine': { backgroundColor: 'transparent' },
    '.cm-cursor': { borderLeftColor: 'var(--ink)' },
    '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'var(--scale-2)',
    },
    '.cm-tooltip': {
      backgroundColor: 'var(--surface)',
      color: 'var(--ink)',
      border: '1px solid var(--line-strong)',
      maxWidth: 'min(32rem, 90vw)',
    },
    '.cm-tooltip-autocomplete ul li[aria-selected]': {
      backgroundColor: 'var(--accent)',
      color: 'var(--on-accent)',
    },
  }),
];
