-- Tests are seen every day: half of each page is left free, so that noting it touches no index.
alter table test set (fillfactor = 50);
