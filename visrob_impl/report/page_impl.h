/* report/page_impl.h: a page as text. */
#ifndef VISROB_REPORT_PAGE_IMPL_H
#define VISROB_REPORT_PAGE_IMPL_H
#include "page.h"

/* Writes the whole document. */
VR_API void vrp_page_format(vr_text *out, const vr_page *page);

#endif
