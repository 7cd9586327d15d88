/**
 * Leaves the texts of errors alone: `new TypeError('… must be a function')`. They are prose for people. Codes are not: those stay
 * in, as they have no blank.
 */
function shouldIgnore({ node, parent }) {
  if (parent?.type !== 'NewExpression' || !/Error$/.test(parent.callee.name ?? '')) return undefined;
  const text = node.type === 'StringLiteral' ? node.value : node.type === 'TemplateLiteral' ? node.quasis.map(({ value }) => value.raw).join('') : '';
  return text.includes(' ') ? 'the text of an error' : undefined;
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'error-texts', value: { shouldIgnore } }];
