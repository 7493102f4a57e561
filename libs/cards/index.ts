export { authorPiece, type AuthorPiece } from './author-piece.js';
export { CardChanges } from './card-changes.js';
export { cardPage, joinedPage, type CardPage } from './card-page.js';
export { CardStore } from './card-store.js';
export { CardsModule } from './cards.module.js';
export { renderAnswer } from './render-answer.js';
export { titleOf, withFields, type VideoCard } from './video-card.js';
export { degradedHeader, VideoPages } from './video-pages.js';
export { ViewerFlagReader, type ReadFollows } from './viewer-flags.js';
