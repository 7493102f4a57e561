import { CommonErrors } from '@doul/contracts';
import { wordFilter, type WordFilter } from '@doul/text';

/** Applies the word lists to what users call themselves and say of themselves. */
export class Texts {
  constructor(private readonly filter: Pick<WordFilter, 'check' | 'mask'> = wordFilter()) {}

  /** A name is seen everywhere and cannot be masked without becoming another: any listed word refuses it. @throws DoulError TEXT_REFUSED */
  checkName(parameter: string, name: string): void {
    if (this.filter.check(name).worst !== 'none') throw CommonErrors.TEXT_REFUSED({ parameter });
  }

  /** The signature with masked words starred. @throws DoulError TEXT_REFUSED for words of the other levels */
  signature(signature: string): string {
    const { worst } = this.filter.check(signature);
    if (worst === 'block' || worst === 'review') throw CommonErrors.TEXT_REFUSED({ parameter: 'signature' });
    return worst === 'mask' ? this.filter.mask(signature) : signature;
  }
}
