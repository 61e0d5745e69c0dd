/* report/web_impl.h: the style sheets and scripts of the pages, which are the files of report/web. */
#ifndef VISROB_REPORT_WEB_IMPL_H
#define VISROB_REPORT_WEB_IMPL_H
#include "../base/text.h"

typedef enum vrp_web_file {
    VRP_WEB_PAGE_CSS,
    VRP_WEB_PAGE_JS,
    VRP_WEB_DASHBOARD_CSS,
    VRP_WEB_DASHBOARD_JS,
    VRP_WEB_CHARTS_JS
} vrp_web_file;

/* Appends the file. */
VR_API void vrp_web_add(vr_text *out, vrp_web_file file);

/* "sha256-...": the script's hash, as a content security policy names it. */
VR_API const char *vrp_web_hash(vrp_web_file file);

#endif
