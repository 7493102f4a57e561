import { CommonErrors } from '@doul/contracts';
import { wordFilter } from '@doul/text';
import { Injectable } from '@nestjs/common';

/** What a title goes through before anybody sees it. */
@Injectable()
export class TitleCheck {
  private readonly words = wordFilter();

  /**
   * The title as it is shown.
   *
   * @throws DoulError TEXT_REFUSED
   */
  checked(title: string): string {
    const { worst } = this.words.check(title);
    if (worst === 'block' || worst === 'review') throw CommonErrors.TEXT_REFUSED({ parameter: 'title' });
    return worst === 'mask' ? this.words.mask(title) : title;
  }
}
