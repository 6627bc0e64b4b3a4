import { theme as antTheme, type ThemeConfig } from 'antd';

/** Darker (on dark: brighter) than Ant Design's own, so that every text keeps a contrast of 4.5 : 1 on its ground, under the mouse too. */
export const THEMES = {
  light: {
    algorithm: antTheme.defaultAlgorithm,
    token: {
      colorPrimary: '#0958d9',
      colorPrimaryHover: '#1a66dd',
      colorInfo: '#0958d9',
      colorInfoBg: '#e6f4ff',
      colorLinkHover: '#003eb3',
      colorSuccess: '#237804',
      colorSuccessBg: '#f6ffed',
      colorWarning: '#ad4e00',
      colorWarningBg: '#fff7e6',
      colorError: '#cf1322',
      colorErrorBg: '#fff1f0',
      colorTextDescription: '#595959',
      colorTextTertiary: '#595959',
      colorTextPlaceholder: '#6b6b6b',
    },
  },
  dark: {
    algorithm: antTheme.darkAlgorithm,
    token: {
      colorPrimary: '#3c89e8',
      // White stands on it.
      colorPrimaryHover: '#2f6bb8',
      colorInfo: '#69b1ff',
      colorLink: '#69b1ff',
      colorLinkHover: '#91caff',
      colorLinkActive: '#91caff',
      colorError: '#ff7875',
      colorErrorActive: '#e89590',
      colorTextDescription: '#b0b0b0',
      colorTextTertiary: '#b0b0b0',
      colorTextPlaceholder: '#9a9a9a',
    },
    components: {
      // Where the primary colour is the text and not its ground, it is brighter.
      Button: {
        defaultHoverColor: '#91caff',
        defaultHoverBorderColor: '#91caff',
        defaultActiveColor: '#69b1ff',
        defaultActiveBorderColor: '#69b1ff',
        dangerColor: '#141414',
      },
      Menu: { itemSelectedColor: '#91caff', subMenuItemSelectedColor: '#91caff' },
      Pagination: { itemActiveColor: '#69b1ff', itemActiveColorHover: '#91caff' },
      Tabs: { itemSelectedColor: '#69b1ff', itemHoverColor: '#91caff', itemActiveColor: '#69b1ff' },
    },
  },
} as const satisfies Record<string, ThemeConfig>;
