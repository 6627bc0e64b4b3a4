const LINKS: readonly (readonly [string, string])[] = [
  ['/docs', 'the API, to read and to try'],
  ['/openapi.json', 'the same for machines'],
  ['/api/v1/reconciliations', 'runs: how each day of each hospital came out'],
  ['/api/v1/exceptions', 'verdicts that need a person'],
  ['/api/v1/match-rates', 'verdicts and matches by hospital and day'],
  ['/readyz', 'whether every part answers'],
  ['/metrics', 'metrics of API and pipeline'],
];

/** What a browser sees at the API's address. */
export const INDEX_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>duizhang 对账</title>
<h1>duizhang 对账</h1>
<ul>
${LINKS.map(([path, what]) => `<li><a href="${path}">${path}</a> ${what}</li>`).join('\n')}
</ul>
</html>
`;
