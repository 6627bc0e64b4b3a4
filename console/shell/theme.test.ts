import { theme as antTheme, type ThemeConfig } from 'antd';
import { expect, test } from 'vitest';
import { THEMES } from './theme.ts';

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of a text and its ground, both `#rrggbb`: 1 to 21. */
function contrast(text: string, ground: string): number {
  expect([text, ground]).toEqual([
    expect.stringMatching(/^#[\da-f]{6}$/),
    expect.stringMatching(/^#[\da-f]{6}$/),
  ]);
  const lights = [luminance(text), luminance(ground)];
  return (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
}

const WHITE = '#ffffff';

test('contrast is what WCAG reckons', () => {
  expect(contrast('#000000', WHITE)).toBeCloseTo(21, 5);
  expect(contrast('#777777', WHITE)).toBeCloseTo(4.48, 2);
});

test.each(['light', 'dark'] as const)(
  '%s: every button, link and tab is readable, under the mouse and pressed too',
  (name) => {
    const config: ThemeConfig = THEMES[name];
    const token = antTheme.getDesignToken(config);
    const { Button = {}, Pagination = {}, Tabs = {} } = config.components ?? {};
    const grounds = [token.colorBgContainer, token.colorBgElevated];
    const onGround = {
      link: token.colorLink,
      'link, mouse': token.colorLinkHover,
      'link, pressed': token.colorLinkActive,
      'danger button': token.colorError,
      'danger button, mouse': token.colorErrorHover,
      'danger button, pressed': token.colorErrorActive,
      'button, mouse': Button.defaultHoverColor ?? token.colorPrimaryHover,
      'button, pressed': Button.defaultActiveColor ?? token.colorPrimaryActive,
      'tab, chosen': Tabs.itemSelectedColor ?? token.colorPrimary,
      'tab, mouse': Tabs.itemHoverColor ?? token.colorPrimaryHover,
      'tab, pressed': Tabs.itemActiveColor ?? token.colorPrimaryActive,
      'page, chosen': Pagination.itemActiveColor ?? token.colorPrimary,
      'page, mouse': Pagination.itemActiveColorHover ?? token.colorPrimaryHover,
    };
    const pairs = [
      ...Object.entries(onGround).flatMap(([what, text]) =>
        grounds.map((ground) => [what, text, ground] as const),
      ),
      ['main button', WHITE, token.colorPrimary] as const,
      ['main button, mouse', WHITE, token.colorPrimaryHover] as const,
      ['main button, pressed', WHITE, token.colorPrimaryActive] as const,
      ['main danger button', Button.dangerColor ?? WHITE, token.colorError] as const,
      ['main danger button, mouse', Button.dangerColor ?? WHITE, token.colorErrorHover] as const,
      ['main danger button, pressed', Button.dangerColor ?? WHITE, token.colorErrorActive] as const,
    ];
    expect(pairs.filter(([, text, ground]) => contrast(text, ground) < 4.5)).toEqual([]);
  },
);
