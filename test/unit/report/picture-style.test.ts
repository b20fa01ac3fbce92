import { describe, expect, it } from 'vitest';
import { parsePictureStyle, pictureNames, reportStyle, STYLE_FORM } from '../../../report/picture-style.ts';

describe('a style of pictures', () => {
  it.each([
    ['width=single', { width: 'single', theme: 'light', scale: 2 }],
    ['theme=dark,scale=1', { width: 'page', theme: 'dark', scale: 1 }],
    ['scale=2,width=double,theme=light', { width: 'double', theme: 'light', scale: 2 }],
  ])('%s', (text, style) => expect(parsePictureStyle(text)).toEqual(style));

  it.each([
    ['width=triple', 'width of --charts is page, single and double, not "triple"'],
    ['scale=3', 'scale of --charts is 1 and 2, not "3"'],
    ['theme=', 'theme of --charts is light and dark, not ""'],
    ['dark', '--charts does not know "dark"'],
    ['', '--charts does not know ""'],
    ['constructor=1', '--charts does not know "constructor=1"'],
    ['width=single,width=double', '--charts has width twice: "width=single,width=double"'],
  ])('refuses %j with what there is', (text, message) => {
    expect(() => parsePictureStyle(text)).toThrow(
      expect.objectContaining({ code: 'bad-chart-style', message, hint: STYLE_FORM }),
    );
  });

  it('is told by the names of its files', () => {
    expect(pictureNames('startup-ladder', reportStyle)).toEqual({
      png: 'startup-ladder.png',
      svg: 'startup-ladder.svg',
    });
    expect(pictureNames('startup-ladder', parsePictureStyle('width=single,theme=dark,scale=1'))).toEqual({
      png: 'startup-ladder-single-dark-1x.png',
      svg: 'startup-ladder-single-dark.svg',
    });
  });
});
