// A struct of twenty fields: what fields.cpp and fields_base.cpp share.
#pragma once

struct Settings {
    float alpha;
    float beta;
    float gamma;
    float delta;
    float epsilon;
    float zeta;
    float eta;
    float theta;
    float iota;
    float kappa;
    float lambda;
    float mu;
    float nu;
    float xi;
    float omicron;
    float pi;
    float rho;
    float sigma;
    float tau;
    float upsilon;
};
